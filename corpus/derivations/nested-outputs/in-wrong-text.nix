with import ./set.nix; builtins.outputOf "${two}x" "out"
