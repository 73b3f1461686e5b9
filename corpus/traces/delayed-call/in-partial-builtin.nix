builtins.foldl' (t: h: "${h}") null (map (builtins.elemAt [ ]) [ 1 ])
