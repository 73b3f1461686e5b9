(builtins.getAttr "" { })
