builtins.toXML [ (throw "x") ]
