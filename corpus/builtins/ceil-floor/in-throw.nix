builtins.ceil (throw "e")
