with import ./set.nix; builtins.outputOf (one + two) "out"
