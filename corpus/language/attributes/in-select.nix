let s = { a.b = 1; "c d" = 2; }; k = "a"; in [ s.a.b s.${k}.b s."c d" (s.x or "default") (s.a.x.y or "deep") (s ? a.b) (s ? a.x) (s ? ${k}) ]
