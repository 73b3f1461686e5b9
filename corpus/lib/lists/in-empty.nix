with import ../../../nix/lib;
last [ ]
