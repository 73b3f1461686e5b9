with import ./set.nix; builtins.toFile "x" (three + two)
