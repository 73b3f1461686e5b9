builtins.parseFlakeRef "github:a/b/x?ref=y"
