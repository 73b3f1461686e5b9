builtins.fromTOML "a = 1\r"
