# Lists: generation, map, filter, fold and concatenation.
let
  numbers = builtins.genList (n: n) 1000000;
  even = builtins.filter (n: builtins.bitAnd n 1 == 0) (map (n: n * 3) numbers);
  chunks = builtins.concatMap (n: [ n (n + 1) ]) even;
in
builtins.foldl' (sum: n: sum + n) 0 chunks
