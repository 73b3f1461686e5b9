let s = { a.b.c = 1; d = null; }; in [ (s ? a.b.c) (s ? a.x.c) (s ? d) (s ? d.x) (s ? "a".b) (s ? ${"a"}.b) (1 ? a) ({ } ? a.b) ]
