builtins.fetchTree "foo"
