builtins.fromTOML (builtins.concatStringsSep "\n" (builtins.genList (n: "k${toString n} = 0") 40 ++ [ "k7 = 1" ]))
