builtins.parseFlakeRef "https://a/b?x"
