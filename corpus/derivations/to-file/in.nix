let f = builtins.toFile "name.txt" "content"; g = builtins.toFile "g" "refers to ${f}"; in [ f g (builtins.baseNameOf g) ]
