builtins.derivationStrict { name = throw "n"; }
