[ (import <fixture/value.nix>) (builtins.pathExists <fixture/value.nix>) ]
