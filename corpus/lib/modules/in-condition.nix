let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { options.a = mkOption { }; config.a = mkIf 1 2; } ]; }).config
