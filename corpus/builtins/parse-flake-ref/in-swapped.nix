builtins.parseFlakeRef "file+git://a"
