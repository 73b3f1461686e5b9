let f = builtins.foldl' (a: b: a + b); in [ (f 0 [ 1 2 ]) (map (builtins.add 1) [ 1 2 ]) (builtins.isFunction (builtins.substring 1)) ]
