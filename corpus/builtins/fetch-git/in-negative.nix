builtins.fetchGit { url = "/x"; a = -1; }
