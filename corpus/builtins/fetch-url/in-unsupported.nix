builtins.fetchurl { url = "x:y"; "a b" = 1; }
