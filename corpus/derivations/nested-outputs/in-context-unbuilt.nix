with import ./set.nix; builtins.getContext one
