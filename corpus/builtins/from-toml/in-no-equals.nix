builtins.fromTOML "key"
