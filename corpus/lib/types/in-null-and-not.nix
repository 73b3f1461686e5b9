let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { options.a = mkOption { type = types.nullOr types.int; }; } { _file = "one.nix"; a = null; } { _file = "two.nix"; a = 1; } ]; }).config
