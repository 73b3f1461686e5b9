with import ../../../nix/lib;
(attrsets.unionOfDisjoint { a = 1; c = 2; } { a = 2; c = 2; }).a
