with import ../../../nix/lib;
fixedWidthString 2 "0" "1234"
