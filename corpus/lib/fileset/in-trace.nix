let
  lib = import ../../../nix/lib;
  inherit (lib) fileset;
  show = set: fileset.trace set null;
in
[
  (show ./tree)
  (show (fileset.unions [ (fileset.maybeMissing ./absent) (fileset.fileFilter (file: file.hasExt "nix") ./tree) ]))
  (show (fileset.unions [ ]))
  (map baseNameOf (fileset.toList (fileset.traceVal (fileset.difference ./tree ./tree/sub/f.c))))
]
