# Attribute sets: building, mapping, selecting, updating and intersecting.
let
  names = builtins.genList (n: "name-${toString n}") 60000;
  set = builtins.listToAttrs (map (name: { inherit name; value = { inherit name; size = builtins.stringLength name; }; }) names);
  grown = builtins.mapAttrs (name: value: value // { doubled = value.size * 2; }) set;
  merged = builtins.foldl' (acc: n: acc // { "key-${toString n}" = n; }) { } (builtins.genList (n: n) 4000);
  sum = builtins.foldl' (acc: name: acc + grown.${name}.doubled) 0 names;
  repeated = builtins.foldl' (acc: n: acc + builtins.length (builtins.attrNames (builtins.intersectAttrs set grown))) 0 (builtins.genList (n: n) 60);
in
[ sum repeated (builtins.length (builtins.attrNames merged)) ]
