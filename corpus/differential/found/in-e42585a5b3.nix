(builtins.l (f > e))
