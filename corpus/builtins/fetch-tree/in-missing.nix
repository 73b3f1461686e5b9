builtins.fetchTree { type = "git"; url = "/nonexistent/x"; }
