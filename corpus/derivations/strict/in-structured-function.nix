builtins.derivationStrict { name = "n"; __structuredAttrs = true; x = x: x; }
