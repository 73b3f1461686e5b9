# JSON both ways.
let
  value = builtins.genList (n: { id = n; name = "item ${toString n}"; tags = [ "a" "b" (toString n) ]; nested.ratio = n * 0.5; }) 120000;
  text = builtins.toJSON value;
in
[ (builtins.stringLength text) (builtins.length (builtins.fromJSON text)) ]
