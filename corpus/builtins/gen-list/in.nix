with builtins; [ (genList (x: x * x) 5) (genList (x: x) 0) (length (genList (x: throw "lazy") 3)) ]
