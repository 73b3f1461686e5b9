builtins.fetchGit { type = "git"; }
