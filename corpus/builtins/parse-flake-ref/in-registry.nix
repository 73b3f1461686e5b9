map builtins.parseFlakeRef [
  "nixpkgs"
  "nixpkgs/a"
  "nixpkgs/0123456789012345678901234567890123456789"
  "nixpkgs/a/0123456789012345678901234567890123456789"
  "flake:nixpkgs"
  "flake:a?ref=x"
]
