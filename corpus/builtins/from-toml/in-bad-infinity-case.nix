builtins.fromTOML "a = Inf"
