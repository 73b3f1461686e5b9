let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { options.a = mkOption { type = types.enum [ "a" "b" ]; }; } { _file = "user.nix"; a = "c"; } ]; }).config
