# How types are called in messages.
let
  lib = import ../../../nix/lib;
in
with lib;
mapAttrs (name: type: [ type.name type.description type.descriptionClass ]) (with types; {
  a = listOf str;
  b = attrsOf (nullOr int);
  c = nullOr (either int str);
  d = either (nullOr int) (listOf (either int str));
  e = enum [ "a" 1 true null ];
  f = enum [ ];
  g = enum [ "x" ];
  h = functionTo (listOf int);
  i = ints.between 1 3;
  j = listOf ints.positive;
  k = either ints.positive str;
  l = strMatching "a.b";
  m = coercedTo int toString (listOf str);
  n = submodule { };
  o = submodule { freeformType = attrsOf int; };
  p = lazyAttrsOf (attrsOf int);
  q = nonEmptyListOf int;
  r = attrTag { x = mkOption { }; y = mkOption { }; };
  s = listOf (submodule { });
  t = package;
  u = separatedString ",";
  v = ints.s16;
  w = pathInStore;
  x = numbers.between 1 2.5;
})
