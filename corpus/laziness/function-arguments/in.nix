let boom = throw "forced"; f = { a, b ? boom, ... }@args: a; in [ (f { a = 1; }) (f { a = 2; b = boom; c = boom; }) ((x: y: x) 3 boom) ]
