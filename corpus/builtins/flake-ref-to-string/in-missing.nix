builtins.flakeRefToString { type = "github"; owner = "a"; }
