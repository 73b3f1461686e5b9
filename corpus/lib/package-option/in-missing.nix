let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { options.c = mkPackageOption { } "nope" { }; } ]; }).config
