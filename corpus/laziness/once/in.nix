let x = builtins.trace "computed" (1 + 1); s = { a = x; b = x; }; in [ s.a s.b (s.a + s.b) x ]
