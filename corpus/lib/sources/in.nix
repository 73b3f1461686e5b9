# Only the sources that a filter keeps are copied.
with import ../../../nix/lib;
let
  source = cleanSourceWith {
    src = ./tree;
    filter = path: type: !hasSuffix ".log" path;
    name = "kept";
  };
  clean = cleanSource source;
in
{
  names = [ source.name clean.name (cleanSource ./tree).name ];
  read = attrNames (readDir "${source}");
  cleaned = attrNames (readDir "${clean}");
  regex = attrNames (readDir "${sourceByRegex ./tree [ ".*\\.txt" ]}");
  suffixes = attrNames (readDir "${sourceFilesBySuffices ./tree [ ".c" ]}");
  files = map baseNameOf (filesystem.listFilesRecursive ./tree);
  filtered = map (name: cleanSourceFilter "/a/${name}" "regular") [ ".git" "x.o" "x~" ".x.swp" "y.c" ];
  kinds = [ (pathIsDirectory ./tree) (pathIsRegularFile ./tree/a.txt) (pathIsDirectory ./none) ];
  revisions = map sources.shortRev [ "0123456789abcdef0123456789abcdef01234567" "v1.0" "refs/tags/v2" ];
}
