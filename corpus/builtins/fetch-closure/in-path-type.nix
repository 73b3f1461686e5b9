builtins.fetchClosure { fromPath = 1; }
