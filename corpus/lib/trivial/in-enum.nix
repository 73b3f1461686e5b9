with import ../../../nix/lib;
checkListOfEnum "colorVariants" [ "a" "b" ] [ "a" "c" "d" ] 5
