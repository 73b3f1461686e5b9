let f = { __functor = self: x: x + "s"; }; in f 1
