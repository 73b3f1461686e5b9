builtins.readFile (builtins.toFile "x" "y ${builtins.toFile "z" ""}")
