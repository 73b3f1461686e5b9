(derivation { name = "n"; system = "s"; builder = "b"; __contentAddressed = 1; }).drvPath
