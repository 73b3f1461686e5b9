map builtins.flakeRefToString [
  { type = "github"; owner = "a"; repo = "b"; rev = "0123456789012345678901234567890123456789"; dir = "x/y z"; host = "h"; narHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; }
  { type = "github"; owner = "a b"; repo = "b/c"; ref = "x/y"; }
  { type = "indirect"; id = "nixpkgs"; ref = "a"; rev = "0123456789012345678901234567890123456789"; }
  { type = "path"; path = "/foo bar"; lastModified = 3; rev = "x"; narHash = "y"; revCount = 2; }
  { type = "path"; path = "foo"; dir = "a"; }
  { type = "git"; url = "https://a/b?x=y"; shallow = false; submodules = true; lfs = true; exportIgnore = true; allRefs = true; }
  { type = "git"; url = "/a/b"; }
  { type = "git"; url = "git@h:a/b"; ref = "x"; }
  { type = "git"; url = "git://a/b"; }
  { type = "hg"; url = "https://a/b"; ref = "x"; }
  { type = "tarball"; url = "https://a/b"; rev = "x"; lastModified = 3; dir = "d"; }
  { type = "file"; url = "https://a/b"; unpack = true; name = "x"; }
]
