# Subpaths are relative and stay within their folder.
let
  lib = import ../../../nix/lib;
in
with lib;
{
  append = [ (path.append /foo "bar/baz") (path.append /foo "./bar//baz/./") (path.append /foo ".") ];
  prefix = [ (path.hasPrefix /foo /foo/bar) (path.hasPrefix /foo/bar /foo) (path.removePrefix /foo /foo/bar/baz) ];
  root = path.splitRoot /foo/bar;
  valid = map path.subpath.isValid [ "" "." "a/b" "../x" "/x" "a/../b" "..." 3 ];
  joined = path.subpath.join [ "foo" "bar/baz" "./x//" ];
  components = path.subpath.components "./foo//bar/./baz/";
}
