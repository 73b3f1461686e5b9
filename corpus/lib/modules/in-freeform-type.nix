with import ../../../nix/lib;
(evalModules { modules = [ { _file = "free.nix"; freeformType = types.attrsOf types.int; config.b = "x"; } ]; }).config
