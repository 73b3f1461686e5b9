let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { _file = "one.nix"; options.a = mkOption { type = types.int; }; } { _file = "two.nix"; options.a.b.c = mkOption { }; options.a.d = mkOption { }; } ]; }).config
