with builtins; [ (all (x: x > 0) [ 1 2 ]) (all (x: x > 1) [ 1 (throw "x") ]) (any (x: x > 1) [ 1 2 (throw "x") ]) (any (x: true) [ ]) (all (x: false) [ ]) ]
