let
  lib = import ../../../nix/lib;
in
with lib;
throwIfNot (1 == 2) "numbers differ" 3
