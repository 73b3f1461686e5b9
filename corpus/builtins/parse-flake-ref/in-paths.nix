map builtins.parseFlakeRef [
  "path:/foo"
  "path:/foo?rev=x&lastModified=5"
  "path:./foo"
  "path:"
  "path:/foo//bar/./"
  "path:///foo"
  "/foo"
  "/foo?dir=x"
  "//x/y"
  "/a%20b"
  "/a b"
  "path:/a%20b"
]
