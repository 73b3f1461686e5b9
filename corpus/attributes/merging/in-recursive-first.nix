{ a = rec { b = c; c = 1; }; a.d = 2; }
