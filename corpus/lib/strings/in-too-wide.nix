let
  lib = import ../../../nix/lib;
in
with lib;
fixedWidthString 2 "0" "1234"
