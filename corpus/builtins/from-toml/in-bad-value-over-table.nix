builtins.fromTOML "[a.b]\n[a]\nb = 1"
