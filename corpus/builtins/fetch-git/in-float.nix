builtins.fetchGit { url = "/x"; "a b" = 1.5; }
