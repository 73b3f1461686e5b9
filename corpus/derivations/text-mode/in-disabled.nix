(derivation { name = "n"; system = "s"; builder = "b"; outputHashMode = "text"; }).drvPath
