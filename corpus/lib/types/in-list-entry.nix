let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { options.a = mkOption { type = types.listOf types.int; }; } { _file = "user.nix"; a = [ 1 "x" ]; } ]; }).config
