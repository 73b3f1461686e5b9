with import ../../../nix/lib;
(evalModules { modules = [ { options.a = mkOption { type = types.listOf types.int; }; } { _file = "user.nix"; a = [ 1 "x" ]; } ]; }).config
