builtins.trace "evaluated" 7
