builtins.derivationStrict { name = "n"; system = "s"; builder = "b"; outputs = [ "out" "dev" ]; }
