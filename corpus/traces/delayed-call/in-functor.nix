builtins.foldl' (t: h: -h) null (map { __functor = self: b: throw "no"; } [ 1 ])
