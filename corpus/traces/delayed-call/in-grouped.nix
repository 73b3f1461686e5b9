builtins.foldl' (t: h: [ h ] ++ h) null (builtins.concatMap (x: [ x ]) (map (x: throw "no") [ 1 ]))
