let
  lib = import ../../../nix/lib;
in
with lib;
(attrsets.unionOfDisjoint { a = 1; c = 2; } { a = 2; c = 2; }).a
