# Building, mapping, searching, folding.
let
  lib = import ../../../nix/lib;
in
with lib;
{
  foldr = foldr (a: b: "${a}(${b})") "z" [ "a" "b" "c" ];
  foldl = foldl (a: b: "(${a})${b}") "z" [ "a" "b" "c" ];
  imap = imap0 (i: v: "${v}${toString i}") [ "a" "b" ] ++ imap1 (i: v: "${v}${toString i}") [ "a" "b" ];
  flatten = flatten [ 1 [ 2 [ 3 ] 4 ] 5 ];
  remove = remove 3 [ 1 3 4 3 ];
  single = map (findSingle (x: x == 3) "none" "multiple") [ [ 1 3 3 ] [ 1 3 ] [ 9 ] ];
  first = [ (findFirst (x: x > 3) 7 [ 1 6 4 ]) (findFirst (x: x > 9) 7 [ 1 6 4 ]) ];
  lazy = findFirst (x: x == 1) null [ 1 (throw "not reached") ];
  range = [ (range 2 4) (range 3 2) (replicate 3 "a") ];
  optional = optional true 3 ++ optional false 4 ++ optionals true [ 1 2 ];
  partition = partition (x: x > 2) [ 5 1 2 3 4 ];
  groupBy = groupBy' add 0 (x: if x > 2 then "big" else "small") [ 5 1 2 3 4 ];
  zip = zipLists [ 1 2 ] [ "a" "b" "c" ];
  sublists = [ (take 2 [ 1 2 3 ]) (drop 2 [ 1 2 3 ]) (takeEnd 2 [ 1 2 3 ]) (dropEnd 2 [ 1 2 3 ]) (sublist 1 30 [ 1 2 3 ]) (init [ 1 2 ]) ];
  sets = [ (unique [ 3 2 3 4 ]) (intersectLists [ 1 2 3 ] [ 6 3 2 ]) (subtractLists [ 3 2 ] [ 1 2 3 4 5 3 ]) ];
  allUnique = [ (allUnique [ 1 2 ]) (allUnique [ 1 1 ]) (mutuallyExclusive [ 1 ] [ 2 ]) ];
  count = count (x: x == 3) [ 3 2 3 ];
}
