let s = rec { a = s.b; b = a; }; in s.a
