let counter = { __functor = self: x: x + self.step; step = 5; }; in [ (counter 1) (builtins.map counter [ 1 2 ]) ]
