with builtins; [ (foldl' (a: b: a + b) 0 [ 1 2 3 ]) (foldl' (a: b: b) 0 [ ]) (foldl' (a: b: [ b ] ++ a) [ ] [ 1 2 3 ]) (foldl' (a: b: 1) (throw "not forced") [ 1 ]) ]
