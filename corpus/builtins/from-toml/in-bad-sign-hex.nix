builtins.fromTOML "a = -0xff"
