a: b: x: [
  ''
    first
      second
    third
  ''
  ''one line''
  ''
    escape ''${x} and ''' and ''\n and $$ end
  ''
  ''

      blank lines above and below

  ''
  ''	tab is not indentation''
  ''
    ${a}
      ${b}
  ''
]
