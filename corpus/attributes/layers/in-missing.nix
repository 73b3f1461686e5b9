let
  large = builtins.listToAttrs (builtins.genList (n: { name = "name-${toString n}"; value = n; }) 64);
  one = large // { fresh = 1; };
in
one.frehs
