builtins.derivationStrict { name = "n"; __structuredAttrs = true; outputs = "out"; }
