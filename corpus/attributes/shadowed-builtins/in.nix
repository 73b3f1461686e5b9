let map = f: "own map"; toString = x: "own"; true = 0; in [ (map 1) (toString 1) true (let builtins = { length = x: 42; }; in builtins.length [ ]) ]
