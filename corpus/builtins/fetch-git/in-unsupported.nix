builtins.fetchGit { url = "/nonexistent/x"; foo = "x"; }
