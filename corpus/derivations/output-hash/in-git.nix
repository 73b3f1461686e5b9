builtins.derivationStrict { name = "n"; system = "s"; builder = "b"; outputHashMode = "git"; }
