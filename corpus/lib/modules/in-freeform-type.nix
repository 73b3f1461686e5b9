let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { _file = "free.nix"; freeformType = types.attrsOf types.int; config.b = "x"; } ]; }).config
