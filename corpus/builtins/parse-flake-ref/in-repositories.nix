map builtins.parseFlakeRef [
  "git+https://h/r"
  "git+https://h/r?ref=x&rev=0123456789012345678901234567890123456789&shallow=1&submodules=0&foo=bar&dir=q"
  "git://h/r"
  "git+ssh://git@h:22/r"
  "git+file:///x/../y//z"
  "git+file:./x"
  "hg+https://h/r?rev=x&ref=y&z=1"
  "hg+file:///a"
]
