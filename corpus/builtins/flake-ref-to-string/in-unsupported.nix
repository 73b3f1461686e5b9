builtins.flakeRefToString { type = "path"; path = "/a"; foo = 1; }
