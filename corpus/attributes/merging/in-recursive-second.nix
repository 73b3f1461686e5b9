{ a.d = 2; a = rec { b = 1; c = 3; }; }
