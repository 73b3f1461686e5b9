let a = derivation { name = "a"; system = "s"; builder = "b"; }; b = derivation { name = "b"; system = "s"; builder = "${a}/bin/sh"; src = ./source.txt; multi = [ a a ]; }; in [ b.drvPath b.outPath ]
