let a = 1; b = a + 1; c.d = b; c.e = 5; inherit (c) d; in [ a b c d ]
