let a = import ./traced.nix; b = import ./traced.nix; in [ a b ]
