with import ./set.nix; builtins.outputOf (builtins.substring 0 5 plain.outPath) "out"
