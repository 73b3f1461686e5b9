let
  lib = import ../../../nix/lib;
in
with lib;
warnIf true "look out" (showWarnings [ "one" "two" ] 3)
