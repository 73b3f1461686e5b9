with import ./set.nix; builtins.toFile "x" (three + two + builtins.outputOf ofPlain "a")
