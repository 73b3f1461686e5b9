builtins.flakeRefToString { type = "x"; a = "q\"\n"; n = 1; b = true; }
