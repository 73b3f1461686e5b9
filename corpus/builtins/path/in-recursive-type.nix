builtins.path { path = ./.; recursive = 1; }
