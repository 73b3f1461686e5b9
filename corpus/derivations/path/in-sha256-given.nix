(builtins.path { path = ./does-not-exist; name = "x"; recursive = true; sha256 = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; })
