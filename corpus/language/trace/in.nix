builtins.trace "first" (builtins.trace { a = 1; b = [ (1 + 1) ]; } 3)
