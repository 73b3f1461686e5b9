with import ../../../nix/lib;
warnIf true "look out" (showWarnings [ "one" "two" ] 3)
