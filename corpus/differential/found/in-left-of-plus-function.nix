(x: x) + (throw "x")
