builtins.foldl' (acc: x: builtins.trace "step ${toString x}" (acc + x)) 0 [ 1 2 3 ]
