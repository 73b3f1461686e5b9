let x = 1; in [ x (let x = 2; in x) ((x: x) 3) (let y = x; in let x = 4; in [ x y ]) ]
