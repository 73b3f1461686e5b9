builtins.trace "a\tb\n\tc" 1
