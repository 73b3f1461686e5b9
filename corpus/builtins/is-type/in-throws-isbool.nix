builtins.isBool (throw "x")
