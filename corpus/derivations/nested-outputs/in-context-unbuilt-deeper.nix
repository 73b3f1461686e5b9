with import ./set.nix; builtins.getContext (ofPlain + three)
