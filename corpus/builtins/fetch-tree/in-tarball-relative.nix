builtins.fetchTree { type = "tarball"; url = "file:./x.tar.gz"; }
