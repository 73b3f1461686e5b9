builtins.fromJSON ''/* */ 1''
