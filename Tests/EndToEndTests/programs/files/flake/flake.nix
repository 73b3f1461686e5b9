{ outputs = { self }: { a = 1; b.c = 2; }; }
