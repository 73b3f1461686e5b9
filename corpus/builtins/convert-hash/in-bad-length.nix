builtins.convertHash { hash = "sha256-AAA"; toHashFormat = "base16"; }
