with builtins; [ (elem 1 [ 2 1 ]) (elem { a = 1; } [ { a = 1; } ]) (elem "x" [ ]) (elemAt [ 1 2 3 ] 2) (head [ 1 (throw "x") ]) (tail [ 1 2 3 ]) (length [ ]) ]
