let
  or = x: x;
in
[ (x: x) or 2 ]
