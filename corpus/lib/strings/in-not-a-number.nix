with import ../../../nix/lib;
toInt "3.14"
