(derivation { name = "x"; system = "s"; builder = "b"; outputHashMode = "nar"; __contentAddressed = true; outputHashAlgo = "blake3"; }).drvPath
