let s = { value = 1; }; in { a = s; b = s; l = [ s s ]; }
