builtins.flakeRefToString { type = "gitlab"; owner = "a"; repo = "b"; ref = "x"; rev = "y"; }
