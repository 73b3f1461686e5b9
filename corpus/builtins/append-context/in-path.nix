builtins.appendContext "s" { "/nix/store/a" = 1; }
