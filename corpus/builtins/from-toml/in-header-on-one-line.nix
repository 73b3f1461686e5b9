builtins.fromTOML "a = 1 [b] # c\n c = 2 [[d]]"
