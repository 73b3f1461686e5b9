map (x: x + "foo") [ 1 ]
