builtins.flakeRefToString { type = "git"; x = 1.5; }
