[
  ''
    a
      b
    c
  ''
  ''
    x ${"y"}
      z
  ''
  ''  same line''
  ''
    ''${kept} ''' ''\t ''\n $${"d"}
  ''
  ''
     
    trailing spaces above
  ''
  ''''
  ''
  ''
  ''
    no final newline''
]
