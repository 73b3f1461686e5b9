builtins.fetchGit { url = "/x"; ref = "a..b"; }
