(derivation { name = "n"; system = "s"; builder = "b"; int = 1; yes = true; no = false; nothing = null; list = [ 1 "two" [ 3 ] true ]; float = 1.5; }).drvPath
