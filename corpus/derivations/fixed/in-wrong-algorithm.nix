(derivation { name = "fixed"; system = "s"; builder = "b"; outputHash = "sha512-AAA"; outputHashAlgo = "sha256"; }).outPath
