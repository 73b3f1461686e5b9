let s = { a.b = null; f = x: x; }; in [ (s.a.b or 1) (s.a.c or 2) (s.x.y.z or 3) (s.a.b.c or 4) (s.f or 5 6) ({ a = 1; }.b or { c = 7; }).c ]
