builtins.fetchClosure { fromPath = /foo; }
