let d = derivation { name = "ca"; system = "s"; builder = "b"; __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; }; in [ d.drvPath d.outPath ]
