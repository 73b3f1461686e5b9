builtins.hashFile "" (throw "x")
