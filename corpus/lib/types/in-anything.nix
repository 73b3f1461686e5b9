let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { options.a = mkOption { type = types.anything; }; } { _file = "one.nix"; a.x = 1; } { _file = "two.nix"; a.x = "s"; } ]; }).config
