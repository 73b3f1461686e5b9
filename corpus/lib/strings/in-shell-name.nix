let
  lib = import ../../../nix/lib;
in
with lib;
toShellVar "0a" "b"
