builtins.mapAttrs (name: value: value + 1) { a = 1; b = "x"; }
