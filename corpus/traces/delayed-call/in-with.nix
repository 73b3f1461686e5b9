builtins.foldl' (t: h: with { inherit h; }; h) null (map (x: throw "no") [ 1 ])
