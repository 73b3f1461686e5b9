import ./undefined-variable.nix
