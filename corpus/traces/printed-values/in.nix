builtins.length { a = 1; b = [ 1 2 { c = x: x; } ]; d = "text"; e = null; f = 1.5; g = ./p; h = throw "not forced"; i = 1 + 1; "odd key" = true; }
