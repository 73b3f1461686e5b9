builtins.hashString "blake3" 1
