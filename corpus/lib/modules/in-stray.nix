with import ../../../nix/lib;
(evalModules { modules = [ { options.a = mkOption { }; foo = 1; config.a = 1; } ]; }).config
