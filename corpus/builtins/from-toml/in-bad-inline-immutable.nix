builtins.fromTOML "a = { b = { c = 1 } }\n[a.b]"
