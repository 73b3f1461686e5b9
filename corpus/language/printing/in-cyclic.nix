let s = { self = s; value = 1; }; in s
