let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { _file = "user.nix"; config.a.b = mkOption { }; } ]; }).config
