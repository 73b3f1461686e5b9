{ "" = (builtins.foldl' 1 7 1); }
