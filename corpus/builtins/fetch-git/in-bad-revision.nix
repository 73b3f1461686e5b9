builtins.fetchGit { url = "/nonexistent/x"; rev = "y"; }
