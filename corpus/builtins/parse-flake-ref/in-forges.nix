map builtins.parseFlakeRef [
  "github:owner/repo"
  "github:owner/repo/main"
  "github:owner/repo/0123456789abcdef0123456789ABCDEF01234567"
  "github:owner/repo/a/b"
  "github:a//b/"
  "github:a/b?ref=x"
  "github:a/b?host=git.example.org&narHash=sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
  "github:a/b/c?dir=x/y%20z"
  "github:a/b?unknown=1"
  "gitlab:a%2Fx/b/v1"
  "sourcehut:~a/b"
]
