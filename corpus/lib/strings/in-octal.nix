let
  lib = import ../../../nix/lib;
in
with lib;
toInt "00024"
