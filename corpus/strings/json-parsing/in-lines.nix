builtins.fromJSON "[\n  \"a\",\n\n  \"b\"\n x]"
