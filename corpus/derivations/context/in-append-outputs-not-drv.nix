builtins.appendContext "x" { "/nix/store/s6glliw064sgl7vix22p91cxsx7ml1rf-a" = { outputs = [ "out" ]; }; }
