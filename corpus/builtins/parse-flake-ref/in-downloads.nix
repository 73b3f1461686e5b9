map builtins.parseFlakeRef [
  "https://h/a.tar.gz"
  "https://h/a?narHash=sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=&x=y&dir=z"
  "https://h/a.zip?rev=x&revCount=3&lastModified=y"
  "http://h/a.txt"
  "file:///a/b"
  "file:/a/b"
  "file+https://h/a"
  "tarball+file:///a"
  "https://user:pw@h:80/b"
  "https://[::1]/b"
  "https://h/b?x=a b&y=%41"
  "https:"
]
