builtins.fetchTarball "file:///nonexistent/x.tar"
