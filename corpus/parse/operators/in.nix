a: b: c: [
  (a + b * c - a / b)
  (a ++ b ++ c)
  (a // b // c)
  (!a && b || c -> a)
  (-a - -b)
  (a == b && b != c)
  (a < b || a <= b || a > b || a >= b)
  (a ? b && a ? b.c)
  (a.b.c or b)
  (a b c.d)
]
