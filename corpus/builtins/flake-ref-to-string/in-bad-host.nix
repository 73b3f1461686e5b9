builtins.flakeRefToString { type = "github"; owner = "a"; repo = "b"; host = "a/b"; }
