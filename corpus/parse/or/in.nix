a: c: [ (a.b or c) (a.b or c.d) (a.${"x"} or 1) ]
