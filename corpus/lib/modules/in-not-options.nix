let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { _file = "one.nix"; options.a = 1; } ]; }).config
