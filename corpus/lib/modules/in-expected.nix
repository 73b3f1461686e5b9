with import ../../../nix/lib;
(evalModules { modules = [ { _file = "user.nix"; imports = [ (mkOption { }) ]; } ]; }).config
