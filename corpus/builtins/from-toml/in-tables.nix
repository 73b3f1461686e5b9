builtins.fromTOML ''
  "quoted key" = 1
  'literal.key' = 2
  "" = 3
  1234 = 4
  -_ = 5
  a.b.c = 6
  a . "b".d = 7
  inline = { x = 1, y.z = [ { w = [ ] }, { } ] }
  [ t . u ] # a comment
  v = 1
  [t]
  w = 2
  [t.u.x]
  [a.b.e]
  f = 1
  [[list]]
  [list.sub]
  n = 1
  [[list]]
  n = 2
  [[list.nested]]
  [[list.nested]]
  m = 3
  mixed = [ 1, "two", 3.0, # why not
    [ 4 ],
    # nothing
  ]
''
