builtins.derivationStrict { name = "n"; args = 1; }
