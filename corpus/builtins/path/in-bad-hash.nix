builtins.path { path = ./in-bad-hash.nix; sha256 = "x"; }
