let { a = b; b = 1; body = { inherit a b; }; }
