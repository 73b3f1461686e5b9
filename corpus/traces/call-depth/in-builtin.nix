let f = n: if n == 0 then 0 else builtins.seq 1 (f (n - 1)); in f 60
