let config = import ./config.nix { name = "x"; }; in config.value
