builtins.traceVerbose "not shown" (builtins.trace [ 1 { a = x: x; } "s" 1.5 null ] 1)
