builtins.parseFlakeRef "/a?lastModified=x"
