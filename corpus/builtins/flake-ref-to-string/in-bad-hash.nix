builtins.flakeRefToString { type = "github"; owner = "a"; repo = "b"; narHash = "x"; }
