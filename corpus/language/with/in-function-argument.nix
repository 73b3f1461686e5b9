(a: with { a = 2; c = a; }; [ a c ]) 1
