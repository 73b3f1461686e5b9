let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { options.a.b = mkOption { type = types.int; }; } ]; }).config
