{ fromB = import ../c.nix { x = 1; }; }
