builtins.hashFile "crc" ./in-unknown-algorithm.nix
