builtins.derivationStrict { name = "n"; args = [ { } ]; }
