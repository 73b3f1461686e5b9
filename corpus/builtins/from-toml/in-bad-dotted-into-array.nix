builtins.fromTOML "[[t.a]]\n[t]\na.b = 1"
