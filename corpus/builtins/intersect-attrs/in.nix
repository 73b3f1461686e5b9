builtins.intersectAttrs { a = 1; c = 2; d = 3; } { a = 10; b = 20; d = 30; }
