let
  lib = import ../../../nix/lib;
in
with lib;
path.append /foo "../x"
