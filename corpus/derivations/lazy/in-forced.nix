(derivation { name = "n"; system = "s"; builder = "b"; extra = throw "forced by the derivation"; }).outPath
