builtins.fetchGit { url = "https://a/b"; __final = true; }
