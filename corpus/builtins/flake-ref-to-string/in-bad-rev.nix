builtins.flakeRefToString { type = "git"; url = "https://a/b"; rev = "abc"; }
