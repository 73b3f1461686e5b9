builtins.convertHash { hash = ""; toHashFormat = "base32"; }
