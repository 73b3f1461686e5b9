builtins.isFloat (throw "x")
