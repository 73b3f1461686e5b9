builtins.fromTOML "a = 1\n(b) = 2"
