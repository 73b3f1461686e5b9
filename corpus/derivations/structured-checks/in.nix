(derivation { name = "n"; system = "s"; builder = "b"; __structuredAttrs = true; allowedReferences = [ ]; maxSize = 3; }).drvPath
