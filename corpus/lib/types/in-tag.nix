let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { options.a = mkOption { type = types.attrTag { x = mkOption { type = types.int; }; y = mkOption { type = types.int; }; }; }; } { _file = "one.nix"; a.x = 1; } { _file = "two.nix"; a.y = 1; } ]; }).config
