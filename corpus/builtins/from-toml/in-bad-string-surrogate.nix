builtins.fromTOML "a = \"x \\udfff y\""
