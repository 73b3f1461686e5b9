builtins.filter (x: throw "in the predicate") [ 1 ]
