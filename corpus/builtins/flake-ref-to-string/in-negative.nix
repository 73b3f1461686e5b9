builtins.flakeRefToString { type = "git"; "a b" = -1; }
