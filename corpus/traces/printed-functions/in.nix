map builtins.length [ (x: x) ]
