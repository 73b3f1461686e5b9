builtins.parseFlakeRef "path://h/a"
