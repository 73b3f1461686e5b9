builtins.path { path = ./folder; unknown = 1; }
