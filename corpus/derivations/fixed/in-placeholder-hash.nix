(derivation { name = "fixed"; system = "s"; builder = "b"; outputHash = "sha256-..."; outputHashMode = "recursive"; }).outPath
