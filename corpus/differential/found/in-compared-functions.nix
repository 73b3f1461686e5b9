(x: x) < builtins.add
