let f = x: builtins.trace "forced ${toString x}" x; in builtins.foldl' (a: b: a + b) 0 (map f [ 3 1 2 ])
