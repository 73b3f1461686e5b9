let d = derivation { name = "d"; system = "s"; builder = "b"; }; e = derivation { name = "d"; system = "s"; builder = "b"; x = 1; }; in [ (d == d) (d == e) ((d // { y = 1; }) == d) ]
