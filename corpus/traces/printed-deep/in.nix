builtins.length { a = { b = { c = { d = { e = 1; }; }; }; }; l = [ [ [ [ [ 1 ] ] ] ] ]; }
