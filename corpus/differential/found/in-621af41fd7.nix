(builtins.warn "^\n)\n" 1)
