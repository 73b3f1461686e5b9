# Types with a meaning where nothing is defined.
let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules {
  modules = [
    {
      options.a = mkOption { type = types.attrsOf types.int; };
      options.b = mkOption { type = types.nullOr types.int; };
      options.c = mkOption { type = types.submodule { options.x = mkOption { default = 1; }; }; };
      options.d = mkOption { type = types.listOf types.int; };
    }
  ];
}).config
