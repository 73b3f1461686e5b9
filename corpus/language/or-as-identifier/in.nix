let
  or = 2;
  f = x: [ x ];
in
[ (f or) (map f [ f or ]) ]
