builtins.break (throw "e")
