let d = derivation { name = "n"; system = "s"; builder = "b"; }; in builtins.outputOf (builtins.unsafeDiscardOutputDependency d.drvPath) "out"
