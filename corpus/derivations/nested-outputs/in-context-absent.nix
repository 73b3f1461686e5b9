with import ./set.nix; builtins.getContext (builtins.outputOf ofFixed "x")
