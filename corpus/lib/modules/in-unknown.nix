let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { _file = "user.nix"; options.a.b = mkOption { type = types.int; }; config.a.c = { x = [ 1 2 ]; y = "s"; }; } ]; }).config
