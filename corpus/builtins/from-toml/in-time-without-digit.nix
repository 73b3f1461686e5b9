builtins.fromTOML ''
  x = "1979-05-27Ta:1" # 1979-05-27Ta:1
  y = 1979-05-27Ti7:32:00
''
