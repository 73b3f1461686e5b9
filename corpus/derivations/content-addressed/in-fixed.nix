(derivation { name = "n"; system = "s"; builder = "b"; __contentAddressed = true; outputHash = ""; outputHashAlgo = "sha256"; }).outPath
