# An evaluation as the start of another, and as a type.
let
  lib = import ../../../nix/lib;
in
with lib;
let
  base = evalModules { modules = [ { options.a = mkOption { type = types.int; default = 1; }; } ]; };
in
{
  base = base.config;
  extended = (base.extendModules { modules = [ { a = 5; } ]; }).config;
  special = (base.extendModules { modules = [ ({ q, ... }: { a = q; }) ]; specialArgs.q = 7; }).config;
  typed = (evalModules { modules = [ { options.sub = mkOption { type = base.type; }; config.sub.a = 9; } ]; }).config;
}
