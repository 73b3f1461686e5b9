builtins.toFile "a/b" "content"
