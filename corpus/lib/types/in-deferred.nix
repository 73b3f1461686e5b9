# Modules as values, for an evaluation to come.
let
  lib = import ../../../nix/lib;
in
with lib;
let
  outer = (evalModules { modules = [ { options.module = mkOption { type = types.deferredModuleWith { staticModules = [ { options.x = mkOption { type = types.int; }; } ]; }; }; } { module.x = mkDefault 1; } { module = { ... }: { x = 2; }; } ]; }).config;
in
(evalModules { modules = [ outer.module ]; }).config
