builtins.derivationStrict { name = "n"; system = "s"; builder = "b"; outputHash = "md5:900150983cd24fb0d6963f7d28e17f72"; outputHashAlgo = "sha1"; }
