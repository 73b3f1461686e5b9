builtins.derivationStrict { name = "n"; __structuredAttrs = 1; }
