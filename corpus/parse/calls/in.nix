f: x: [ (f x x) (f (x x)) (f x.y) (f { a = 1; }) (f [ ] "s") (-f x) ]
