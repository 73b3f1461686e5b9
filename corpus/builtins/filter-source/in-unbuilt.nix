let d = derivation { name = "n"; system = "s"; builder = "b"; }; in builtins.filterSource (p: t: true) d
