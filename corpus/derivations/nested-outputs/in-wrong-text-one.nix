with import ./set.nix; builtins.outputOf (builtins.substring 0 5 text.outPath) "out"
