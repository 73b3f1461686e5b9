# Filters of sources add up; nothing is copied before a path is used.
let
  lib = import ../../../nix/lib;
in
with lib;
let
  source = cleanSourceWith {
    src = ./tree;
    filter = path: type: !hasSuffix ".log" path;
    name = "kept";
  };
  clean = cleanSource source;
  files = filesystem.listFilesRecursive ./tree;
  kept = source: map baseNameOf (filter (path: source.filter (toString path) "regular") files);
in
{
  names = [ source.name clean.name (cleanSource ./tree).name ];
  files = map baseNameOf files;
  once = kept source;
  twice = kept clean;
  regex = kept (sourceByRegex ./tree [ ".*\\.txt" ]);
  suffixes = kept (sourceFilesBySuffices ./tree [ ".c" ]);
  left = map (name: cleanSourceFilter "/a/${name}" "regular") [ ".git" "x.o" "x~" ".x.swp" "y.c" ];
  folders = map (name: cleanSourceFilter "/a/${name}" "directory") [ ".git" ".hg" "src" ];
  kinds = [ (pathIsDirectory ./tree) (pathIsRegularFile ./tree/a.txt) (pathIsDirectory ./none) ];
  revisions = map sources.shortRev [ "0123456789abcdef0123456789abcdef01234567" "v1.0" "refs/tags/v2" ];
}
