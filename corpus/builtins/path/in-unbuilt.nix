let d = derivation { name = "n"; system = "s"; builder = "b"; }; in builtins.path { path = "${d}/x"; }
