builtins.parseFlakeRef "git+https:/owner/repository"
