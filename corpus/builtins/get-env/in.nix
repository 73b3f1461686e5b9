[ (builtins.getEnv "NIXLITE_CORPUS_VARIABLE") (builtins.getEnv "NIXLITE_NOT_SET") ]
