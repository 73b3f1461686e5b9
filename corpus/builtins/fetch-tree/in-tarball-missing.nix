builtins.fetchTree { type = "tarball"; url = "file:///nonexistent/x.tar.gz"; }
