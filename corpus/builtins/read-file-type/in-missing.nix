builtins.readFileType ./missing
