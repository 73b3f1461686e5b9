with { map = "from with"; toString = "from with"; length = "from with"; }; [ (map (x: x) [ 1 ]) length (builtins.isFunction toString) ]
