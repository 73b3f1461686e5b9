builtins.notABuiltin 1
