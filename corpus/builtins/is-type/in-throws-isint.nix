builtins.isInt (throw "x")
