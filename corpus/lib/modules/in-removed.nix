with import ../../../nix/lib;
(evalModules { modules = [ (mkRemovedOptionModule [ "a" "b" ] "Use c.") { options.assertions = mkOption { type = types.listOf types.unspecified; }; a.b = 3; } ]; }).config.a.b
