builtins.isNull (throw "x")
