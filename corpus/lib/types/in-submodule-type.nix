let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { options.a = mkOption { type = types.attrsOf (types.submodule { options.m = mkOption { type = types.int; }; }); }; } { _file = "user.nix"; a.x.m = "s"; } ]; }).config
