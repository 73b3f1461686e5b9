builtins.hashString "" 1
