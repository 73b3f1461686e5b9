let
  lib = import ../../../nix/lib;
in
with lib;
{
  inherit (licenses) mit gpl2 unfree;
  found = [ (getLicenseFromSpdxId "mit").shortName (getLicenseFromSpdxIdOr "no-such" "default") ];
  hashes = [ fakeHash fakeSha256 (stringLength fakeSha512) ];
}
