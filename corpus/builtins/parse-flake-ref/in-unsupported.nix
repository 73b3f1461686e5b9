builtins.parseFlakeRef "ftp://a/b"
