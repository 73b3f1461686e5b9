builtins.fromJSON ''truex''
