# What is not declared has the type of the whole.
let
  lib = import ../../../nix/lib;
in
with lib;
let
  eval = modules: (evalModules { inherit modules; }).config;
in
{
  ints = eval [ { freeformType = types.attrsOf types.int; options.a = mkOption { default = 3; }; config.b = 2; } ];
  nested = eval [ { freeformType = types.attrsOf types.anything; options.a.x = mkOption { default = 3; }; config = { b.c = 2; a.y.z = 3; }; } { b.d = mkForce 3; } ];
  unchecked = eval [ { _module.check = false; options.a = mkOption { default = 3; }; config.other = 2; } ];
}
