let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { _file = "one.nix"; options.a.b = types.int; } ]; }).config
