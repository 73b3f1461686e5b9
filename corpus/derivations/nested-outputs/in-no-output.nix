with import ./set.nix; builtins.outputOf (path text) "dev"
