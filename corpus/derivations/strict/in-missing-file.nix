builtins.derivationStrict { name = "n"; x = ./missing; }
