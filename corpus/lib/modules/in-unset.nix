with import ../../../nix/lib;
(evalModules { modules = [ { options.a.b = mkOption { type = types.int; }; } ]; }).config
