with import ./set.nix; builtins.storePath one
