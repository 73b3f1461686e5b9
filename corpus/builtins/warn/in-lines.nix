builtins.warn "a\nb" (builtins.warn "\nc\n\nd \n" 1)
