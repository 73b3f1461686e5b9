let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { _file = "user.nix"; imports = [ (mkOption { }) ]; } ]; }).config
