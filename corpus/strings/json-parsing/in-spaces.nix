builtins.fromJSON ''  ''
