(derivation { name = "fixed"; system = "s"; builder = "b"; outputHashMode = "recursive"; outputHash = ""; outputHashAlgo = "sha256"; }).outPath
