builtins.mapAttrs (n: throw "x") { a = 1; }
