let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { options.a.b = mkOption { type = types.int; }; } { _file = "one.nix"; a.b = "x"; } { _file = "two.nix"; a.b = { long = 1; er = 2; than = 3; five = 4; lines = 5; here = 6; }; } { _file = "three.nix"; a.b = 1; } ]; }).config
