builtins.hashFile "blake3" ./in-unknown-algorithm.nix
