let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { _file = "declare.nix"; options.a = mkOption { type = types.int; readOnly = true; default = 1; }; } { _file = "user.nix"; a = 1; } ]; }).config
