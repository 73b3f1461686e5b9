builtins.hashString "crc32" "abc"
