builtins.fromJSON ''[ nul]''
