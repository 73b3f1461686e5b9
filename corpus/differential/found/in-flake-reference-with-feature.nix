builtins.parseFlakeRef "github:a/b"
