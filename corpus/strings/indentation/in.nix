[
  ''
    a

      b
   c
  ''
  ''
    ${"x"}y
  z
  ''
  ''
	tab
    four
  ''
  ''a
    b
    c''
  ''
    a''\nb
      ''${c}
  ''
  '' leading
      more
  ''
  ''
    text with trailing blanks   
  	mixed
  ''
]
