let a = 1; in rec { inherit a; b = a; c = rec { a = 5; d = a + b; }; }
