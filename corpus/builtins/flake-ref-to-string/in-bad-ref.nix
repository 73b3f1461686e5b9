builtins.flakeRefToString { type = "git"; url = "https://a/b"; ref = ".."; }
