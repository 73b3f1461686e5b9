with import ../../../nix/lib;
(evalModules { modules = [ { _file = "one.nix"; options.a = 1; } ]; }).config
