let a = { b = a.c; c = a.b; }; in a.b
