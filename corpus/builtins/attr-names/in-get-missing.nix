builtins.getAttr "bb" { ba = 1; }
