builtins.fromJSON ''-a''
