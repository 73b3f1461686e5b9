x: let a = 1; b.c = 2; inherit (x) y; in a
