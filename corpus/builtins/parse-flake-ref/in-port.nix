builtins.parseFlakeRef "https://a:99999/b"
