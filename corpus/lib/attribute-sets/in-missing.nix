let
  lib = import ../../../nix/lib;
in
with lib;
getAttrFromPath [ "a" "z" ] { a.b = 3; }
