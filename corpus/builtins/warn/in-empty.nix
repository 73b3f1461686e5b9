builtins.warn "" (builtins.warn " " 1)
