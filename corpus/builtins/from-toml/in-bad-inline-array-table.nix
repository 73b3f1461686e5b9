builtins.fromTOML "a = [ { b = 1 },\n {},\n {} ]\n[a.c]"
