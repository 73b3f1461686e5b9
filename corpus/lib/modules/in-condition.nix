with import ../../../nix/lib;
(evalModules { modules = [ { options.a = mkOption { }; config.a = mkIf 1 2; } ]; }).config
