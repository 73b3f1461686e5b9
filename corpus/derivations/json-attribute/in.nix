(derivation { name = "n"; system = "s"; builder = "b"; __json = ''{"b": 1, "a": [ 1,2.50, {} ]}''; }).drvPath
