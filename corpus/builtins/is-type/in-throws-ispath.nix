builtins.isPath (throw "x")
