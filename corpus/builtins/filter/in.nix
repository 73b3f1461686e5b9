with builtins; [ (filter (x: x > 1) [ 1 2 3 ]) (filter (x: false) [ 1 ]) (filter (x: true) [ ]) (partition (x: x > 1) [ 1 2 3 ]) ]
