builtins.traceVerbose "m" (throw "x")
