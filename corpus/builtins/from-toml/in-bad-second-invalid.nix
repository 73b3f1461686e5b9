builtins.fromTOML "a = 23:59:61"
