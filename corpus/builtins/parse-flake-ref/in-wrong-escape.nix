builtins.parseFlakeRef "https://a/%zz"
