builtins.getFlake "x"
