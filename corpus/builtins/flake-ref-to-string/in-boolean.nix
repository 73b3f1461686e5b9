builtins.flakeRefToString { type = "git"; url = "https://a/b"; shallow = "x"; }
