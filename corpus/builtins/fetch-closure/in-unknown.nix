builtins.fetchClosure { "a b" = 1; }
