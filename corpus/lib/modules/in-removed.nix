let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ (mkRemovedOptionModule [ "a" "b" ] "Use c.") { options.assertions = mkOption { type = types.listOf types.unspecified; }; a.b = 3; } ]; }).config.a.b
