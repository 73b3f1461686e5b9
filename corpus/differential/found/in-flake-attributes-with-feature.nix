builtins.flakeRefToString { type = "github"; shallow = true; }
