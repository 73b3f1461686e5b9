let s = { a = 1; b = throw "forced"; }; t = { inherit (s) a b; }; u = { inherit (throw "the whole set") x; y = 2; }; in [ t.a u.y ]
