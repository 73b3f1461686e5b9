builtins.fetchTarball " "
