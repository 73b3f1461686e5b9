builtins.fromTOML ''
  title = "TOML"
  number = 42
  float = 1.5
  hex = 0xff
  yes = true
  list = [1, 2, 3]
  inline = { a = 1, b = "x" }
  multi = """
  line one
  line two"""
  literal = 'no \n escape'
  [table.nested]
  key = "value"
  [[array]]
  n = 1
  [[array]]
  n = 2
''
