let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { options.a = mkOption { }; foo = 1; config.a = 1; } ]; }).config
