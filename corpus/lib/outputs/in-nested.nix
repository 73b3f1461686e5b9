let
  lib = import ../../../nix/lib;
in
with lib;
getExe' { type = "derivation"; } "share/hello"
