let
  lib = import ../../../nix/lib;
in
with lib;
fileset.union "./tree" (fileset.maybeMissing ./tree)
