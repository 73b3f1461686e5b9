let
  add = builtins.add;
  inherit (builtins) map;
in
[
  builtins.head
  add
  map
  toString
  (builtins.add 1)
  { inherit add map; inherit (builtins) tail; sub = builtins.sub; }
  (builtins.seq add { inherit add; })
]
