builtins.fromTOML "a = 1\n b = 2\na = [ 3,\n4 ]"
