with import ../../../nix/lib;
(evalModules { modules = [ { _file = "user.nix"; config.a.b = mkOption { }; } ]; }).config
