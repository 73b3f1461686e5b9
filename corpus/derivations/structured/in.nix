(derivation { name = "n"; system = "s"; builder = "b"; __structuredAttrs = true; list = [ 1 "x" { a = null; } ]; nested.deep = true; outputs = [ "out" "dev" ]; }).drvPath
