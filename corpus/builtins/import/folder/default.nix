"from the folder's default.nix"
