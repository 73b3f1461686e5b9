builtins.toXML (derivation { name = "n"; builder = "/b"; system = "s"; })
