builtins.fromJSON ''[1.e''
