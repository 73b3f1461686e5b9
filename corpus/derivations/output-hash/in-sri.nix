builtins.derivationStrict { name = "n"; system = "s"; builder = "b"; outputHash = "sha256-x"; }
