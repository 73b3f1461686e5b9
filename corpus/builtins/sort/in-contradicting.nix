let
  pairs = builtins.genList (place: [ (builtins.bitAnd (place * 7) 3) place ]) 40;
  key = builtins.head;
in
map (order: map toString (builtins.sort order pairs)) [
  (a: b: key a <= key b)
  (a: b: true)
  (a: b: false)
  (a: b: key a >= key b)
  (a: b: key a == 1)
]
