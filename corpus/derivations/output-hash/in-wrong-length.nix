builtins.derivationStrict { name = "n"; system = "s"; builder = "b"; outputHash = "x"; outputHashAlgo = "md5"; }
