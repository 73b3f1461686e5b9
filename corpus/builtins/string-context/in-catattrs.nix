let d = derivation { name = "n"; system = "s"; builder = "b"; }; in builtins.catAttrs d.drvPath [ ]
