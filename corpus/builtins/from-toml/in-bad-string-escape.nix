builtins.fromTOML "a = \"x\\qy\""
