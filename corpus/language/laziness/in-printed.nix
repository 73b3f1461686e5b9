{ a = 1 + 1; b = [ (1 + 2) 4 ]; c = x: x; d = throw "not forced"; e = { f = 1; }; }
