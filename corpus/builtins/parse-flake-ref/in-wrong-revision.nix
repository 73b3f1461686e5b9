builtins.parseFlakeRef "github:a/b?rev=abc"
