builtins.appendContext "s" { a = 1; }
