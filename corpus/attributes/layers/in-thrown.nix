let
  large = builtins.listToAttrs (builtins.genList (n: { name = "name-${toString n}"; value = n; }) 64);
  one = large // {
    fresh = throw "not this one";
  };
  two = one // { other = 1; };
in
two.fresh + two.other
