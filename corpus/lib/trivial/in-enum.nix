let
  lib = import ../../../nix/lib;
in
with lib;
checkListOfEnum "colorVariants" [ "a" "b" ] [ "a" "c" "d" ] 5
