let
  lib = import ../../../nix/lib;
in
with lib;
toInt "3.14"
