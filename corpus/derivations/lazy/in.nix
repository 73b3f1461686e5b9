let d = derivation { name = "n"; system = "s"; builder = "b"; extra = throw "forced by the derivation"; }; in [ d.type d.name (builtins.attrNames d) ]
