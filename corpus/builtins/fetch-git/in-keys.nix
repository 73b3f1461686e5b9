builtins.fetchGit { url = "https://a/b"; publicKeys = [ { } ]; }
