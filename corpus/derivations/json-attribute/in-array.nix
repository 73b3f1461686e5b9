(derivation { name = "n"; system = "s"; builder = "b"; __json = ''[1]''; }).drvPath
