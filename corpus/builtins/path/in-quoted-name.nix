builtins.path { "a b" = 1; }
