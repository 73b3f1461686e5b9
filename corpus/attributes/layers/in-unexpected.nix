let
  large = builtins.listToAttrs (builtins.genList (n: { name = "name-${toString n}"; value = n; }) 64);
in
({ fresh, name-1 }: fresh) (large // { fresh = 1; })
