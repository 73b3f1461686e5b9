let
  divide = a: b: a / b;
  average = list: divide (builtins.foldl' (x: y: x + y) 0 list) (builtins.length list);
in
{ result = average [ ]; }
