assert a == 1; b
