let f = n: if n == 0 then 0 else (if f (n - 1) < 1 then 0 else 2); in f 60
