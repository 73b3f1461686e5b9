builtins.flakeRefToString { type = "zz"; }
