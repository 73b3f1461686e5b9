with import ../../../nix/lib;
(evalModules { modules = [ { _file = "one.nix"; options.a.b = types.int; } ]; }).config
