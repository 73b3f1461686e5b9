builtins.fetchTarball "s"
