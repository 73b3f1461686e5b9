builtins.fromTOML "a = \"\"\"x"
