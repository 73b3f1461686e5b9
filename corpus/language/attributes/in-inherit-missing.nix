let s = { b = 2; }; in { inherit (s) c; }
