# Sets of files, listed.
let
  lib = import ../../../nix/lib;
in
with lib;
let
  names = set: map (path: removePrefix "${toString ./tree}/" (toString path)) (fileset.toList set);
  sources = fileset.fileFilter (file: file.hasExt "c") ./tree;
in
{
  all = names ./tree;
  filtered = names sources;
  union = names (fileset.union ./tree/sub ./tree/a.txt);
  intersection = names (fileset.intersection ./tree/sub sources);
  difference = names (fileset.difference ./tree ./tree/sub);
  missing = names (fileset.unions [ (fileset.maybeMissing ./tree/none) ./tree/a.txt ]);
  cleaned = names (fileset.fromSource (cleanSource ./tree));
  nothing = names fileset.empty;
  kept = let source = fileset.toSource { root = ./tree; fileset = sources; }; in [ source.name (source.filter "${toString ./tree}/c.c" "regular") (source.filter "${toString ./tree}/a.txt" "regular") (source.filter "${toString ./tree}/sub" "directory") ];
}
