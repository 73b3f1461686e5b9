let
  lines = builtins.genList (n: "k${toString n} = ${toString n}") 40;
  value = builtins.fromTOML (builtins.concatStringsSep "\n" (lines ++ [ "[t]" ] ++ lines ++ [ "[[k.u]]" ]));
in
[ value.k0 value.k39 value.t.k12 value.k (builtins.length (builtins.attrNames value)) ]
