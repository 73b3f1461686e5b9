with builtins; [
  (match "([a-z]+)-([0-9.]+)" "nix-2.34") (match "a|b|(c)" "c") (match "(.*)\\.tar\\.gz" "x.tar.gz") (match "[^/]+" "a/b")
  (match "^$" "") (match "(a)?(b)?" "b") (match "[[:alnum:]_]+" "ab_1") (match "a.c" "a\nc") (match "((a)(b))+" "abab")
  (match "[a\\]b]+" "a]b") (match "\\$\\{(.*)}" "\${x}") (match "[[:digit:]]{2,}" "123") (match "(foo|foobar)(bar)?" "foobar") (match "[]a]+" "]a")
]
