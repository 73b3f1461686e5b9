let
  s = { good = 1; bad = throw "not forced"; };
  l = [ 1 (throw "not forced") ];
  f = x: 5;
  infinite = [ 1 ] ++ infinite2;
  infinite2 = [ 2 ];
in
[ s.good (builtins.elemAt l 0) (f (throw "not forced")) (let y = throw "unused"; in 2) (builtins.attrNames s) infinite ]
