builtins.traceVerbose (throw "m") 1
