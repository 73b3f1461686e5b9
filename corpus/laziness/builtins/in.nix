with builtins;
let boom = throw "forced"; in
[
  (attrNames (mapAttrs (n: v: boom) { a = 1; b = 2; }))
  (attrNames (listToAttrs [ { name = "a"; value = boom; } ]))
  (attrNames (zipAttrsWith (n: v: boom) [ { a = boom; } { b = boom; } ]))
  (length (map (x: boom) [ boom boom ]))
  (length (genList (x: boom) 4))
  (length (concatLists [ [ boom ] [ boom ] ]))
  (length (concatMap (x: [ boom x ]) [ boom ]))
  (length (tail [ boom boom boom ]))
  (elemAt [ boom 1 ] 1)
  (attrNames (intersectAttrs { a = boom; } { a = boom; }))
  (attrNames (removeAttrs { a = boom; b = boom; } [ "a" ]))
  (attrNames (functionArgs ({ a ? boom, b }: boom)))
  (isAttrs { a = boom; })
  (hasAttr "a" { a = boom; })
  (length (attrValues { a = boom; b = boom; }))
  (attrNames (groupBy (x: x) [ "a" "b" "a" ]))
  (length (partition (x: true) [ 1 2 ]).right)
  (length (catAttrs "a" [ { a = boom; } { } ]))
  (length (filter (x: true) [ boom boom ]))
  (typeOf [ boom ])
]
