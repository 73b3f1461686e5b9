builtins.fetchGit "/nonexistent/x"
