let s = { __functor = s; }; in s 1
