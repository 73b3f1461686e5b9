builtins.convertHash { hash = "blake3:744ee1"; toHashFormat = "sri"; }
