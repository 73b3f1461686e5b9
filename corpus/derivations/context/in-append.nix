let d = derivation { name = "d"; system = "s"; builder = "b"; }; in builtins.getContext (builtins.appendContext "text" (builtins.getContext "${d}"))
