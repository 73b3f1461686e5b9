(derivation { name = "n"; system = "s"; builder = "b"; __ignoreNulls = true; gone = null; kept = 1; }).drvPath
