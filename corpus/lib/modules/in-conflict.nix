let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { options.a = mkOption { type = types.int; }; } { _file = "one.nix"; a = 1; } { _file = "two.nix"; a = 2; } ]; }).config
