let x."a b" = throw "x"; in x."a b".c
