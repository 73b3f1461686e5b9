builtins.foldl' (t: h: { inherit h; }.h) null (map (x: throw "no") [ 1 ])
