let
  lib = import ../../../nix/lib;
in
with lib;
last [ ]
