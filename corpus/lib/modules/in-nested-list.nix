with import ../../../nix/lib;
(evalModules { modules = [ { imports = [ [ { } ] ]; } ]; }).config
