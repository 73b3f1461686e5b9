# Parts of version numbers.
{ lib }:
let
  inherit (builtins) concatStringsSep elemAt head splitVersion;
in
{
  inherit (builtins) compareVersions splitVersion;

  major = version: elemAt (splitVersion version) 0;
  minor = version: elemAt (splitVersion version) 1;
  patch = version: elemAt (splitVersion version) 2;
  majorMinor = version: concatStringsSep "." (lib.lists.take 2 (splitVersion version));

  # Exactly `count` numbers: zeros are added, or the last ones left out; what follows a dash stays.
  pad =
    count: version:
    let
      parts = lib.strings.splitString "-" version;
      numbers = splitVersion (head parts);
      padded = lib.lists.take count (numbers ++ lib.lists.replicate (lib.trivial.max 0 (count - builtins.length numbers)) "0");
    in
    concatStringsSep "-" ([ (concatStringsSep "." padded) ] ++ builtins.tail parts);
}
