builtins.foldl' (t: h: h + 1) null (map (x: throw "no") [ 1 ])
