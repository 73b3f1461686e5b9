builtins.toJSON "\"\\/\n\r\t control: "
