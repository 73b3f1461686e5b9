let
  h = 0;
  wrap = depth: t: if depth == 0 then t else wrap (depth - 1) { inherit h t; };
in
builtins.toJSON (wrap 20 (wrap 20 null))
