builtins.fetchurl { url = "https://h/a"; name = "a b"; }
