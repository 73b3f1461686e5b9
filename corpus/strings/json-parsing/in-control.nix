builtins.fromJSON "[\n\"a\tb\"]"
