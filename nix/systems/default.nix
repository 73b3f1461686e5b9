# What `import systems` answers: the systems that a flake is usually made for.
[
  "aarch64-darwin"
  "aarch64-linux"
  "x86_64-darwin"
  "x86_64-linux"
]
