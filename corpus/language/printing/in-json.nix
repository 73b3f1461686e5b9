{ a = [ 1 2.5 null true "s\n\u" ]; b.c = { }; p = "é"; d = { outPath = "/x"; y = 1; }; }
