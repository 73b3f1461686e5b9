# Sorting by key, by number within text, by dependency.
let
  lib = import ../../../nix/lib;
in
with lib;
{
  sortOn = sortOn stringLength [ "aa" "b" "cccc" "dd" ];
  natural = naturalSort [ "disk11" "disk8" "disk100" "disk9" ];
  versions = naturalSort [ "v0.2" "v0.15" "v0.0.9" ];
  compareLists = map (pair: compareLists compare (head pair) (last pair)) [ [ [ ] [ ] ] [ [ 1 ] [ ] ] [ [ "a" "b" ] [ "a" "c" ] ] ];
  reverse = reverseList [ 1 2 3 ];
  toposort = toposort hasPrefix [ "/home/user" "other" "/" "/home" ];
  cycle = toposort (a: b: (a == 1 && b == 2) || (a == 2 && b == 3) || (a == 3 && b == 1)) [ 3 2 1 ];
}
