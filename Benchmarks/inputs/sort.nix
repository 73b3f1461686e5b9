# Sorting with the builtin comparison and with a function.
let
  numbers = builtins.genList (n: let x = n * 7919 + 12345; in x - x / 100003 * 100003) 300000;
  ascending = builtins.sort builtins.lessThan numbers;
  descending = builtins.sort (a: b: a.key > b.key) (map (key: { inherit key; }) numbers);
in
[ (builtins.head ascending) (builtins.head descending).key (builtins.elemAt ascending 1000) ]
