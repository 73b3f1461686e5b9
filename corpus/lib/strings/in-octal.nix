with import ../../../nix/lib;
toInt "00024"
