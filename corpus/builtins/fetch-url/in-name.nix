builtins.fetchurl { url = "https://h/a b"; }
