# Access by path, mapping, filtering.
let
  lib = import ../../../nix/lib;
in
with lib;
{
  byPath = [ (attrByPath [ "a" "b" ] 6 { a.b = 3; }) (attrByPath [ "z" ] 6 { }) (hasAttrByPath [ "a" "c" ] { a.b = 3; }) ];
  setByPath = setAttrByPath [ "a" "b" ] 3;
  vals = attrVals [ "a" "b" ] { a = 1; b = 2; c = 3; };
  gen = genAttrs [ "foo" "bar" ] (name: "x_" + name);
  filter = filterAttrs (n: v: v != 2) { foo = 1; bar = 2; };
  filterRecursive = filterAttrsRecursive (n: v: v != null) { foo = { bar = null; baz = 1; }; x = null; };
  mapped = mapAttrs' (n: v: nameValuePair ("foo_" + n) ("bar-" + v)) { x = "a"; y = "b"; };
  list = mapAttrsToList (n: v: n + v) { x = "a"; y = "b"; };
  pairs = attrsToList { foo = 1; bar = "asdf"; };
  concat = concatMapAttrs (n: v: { ${n} = v; ${n + v} = v; }) { x = "a"; y = "b"; };
  recursive = mapAttrsRecursive (path: value: concatStringsSep "-" (path ++ [ value ])) { n = { a = "A"; m.b = "B"; }; d = "D"; };
  conditional = mapAttrsRecursiveCond (set: !(set ? type)) (path: x: x.name or x) { a = { type = "derivation"; name = "q"; }; b.c = 1; };
  collected = collect isList { a.b = [ "b" ]; c = [ 1 ]; };
  product = cartesianProduct { a = [ 1 2 ]; b = [ 10 20 ]; };
  fold = foldlAttrs (sum: name: value: sum + value) 0 { foo = 1; bar = 10; };
  foldAttrs = foldAttrs (item: rest: [ item ] ++ rest) [ ] [ { a = 2; } { a = 3; } { b = 4; } ];
  optional = optionalAttrs true { a = 1; } // optionalAttrs false { b = 1; };
  shown = map showAttrPath [ [ "foo" "10" "b c" ] [ ] ];
}
