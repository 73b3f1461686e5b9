builtins.readDir ./in-through-link-type.nix
