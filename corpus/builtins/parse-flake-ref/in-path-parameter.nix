builtins.parseFlakeRef "path:/a?x=y"
