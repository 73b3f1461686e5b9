builtins.foldl' (t: h: h.a) null (builtins.genList ((a: b: throw "no") 1) 1)
