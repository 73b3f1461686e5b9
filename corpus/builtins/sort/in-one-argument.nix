builtins.sort (a: a) [ 1 2 ]
