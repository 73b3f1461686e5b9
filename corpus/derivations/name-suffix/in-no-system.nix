(derivation { name = "x.drv"; system = ""; builder = "b"; }).drvPath
