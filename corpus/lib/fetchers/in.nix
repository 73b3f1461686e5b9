let
  lib = import ../../../nix/lib;
in
with lib;
{
  hash = fetchers.normalizeHash { } { hash = "sha256-x"; a = 1; };
  sha256 = fetchers.normalizeHash { } { sha256 = "x"; a = 1; };
  empty = fetchers.normalizeHash { } { hash = ""; a = 1; };
  wrapped = fetchers.withNormalizedHash { } ({ outputHash, outputHashAlgo, name }: [ outputHash outputHashAlgo name ]) { name = "x"; hash = "sha256-z"; };
}
