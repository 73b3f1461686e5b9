{ } + (throw "x")
