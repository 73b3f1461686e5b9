let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { imports = [ [ { } ] ]; } ]; }).config
