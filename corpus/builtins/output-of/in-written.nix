let d = derivation { name = "n"; system = "s"; builder = "b"; }; in let x = builtins.outputOf (builtins.unsafeDiscardOutputDependency d.drvPath) "out"; in [ (x == d.outPath) (builtins.getContext x) ]
