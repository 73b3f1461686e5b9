with import ../../../nix/lib;
(evalModules { modules = [ { options.a.b = mkOption { type = types.int; }; } { _file = "user.nix"; a = 1; } ]; }).config
