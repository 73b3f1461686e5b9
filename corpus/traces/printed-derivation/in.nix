builtins.length (derivation { name = "n"; system = "s"; builder = "b"; })
