{ fromA = import ./sub/b.nix; here = baseNameOf (toString ./.); }
