# `<nix/fetchurl.nix>`: a file from a URL, by a builder that needs nothing of nixpkgs.
#
# The arguments and the derivation are Nix's, so that paths are: a hash in `hash` (SRI), or in the attribute that is named
# after its algorithm.
{
  url,
  name ? baseNameOf (toString url),
  hash ? "",
  sha512 ? "",
  sha1 ? "",
  md5 ? "",
  sha256 ? "",
  outputHash ? null,
  outputHashAlgo ? null,
  executable ? false,
  unpack ? false,
  impure ? false,
  system ? "",
}:
let
  given = builtins.filter (candidate: candidate.hash != "") [
    { inherit hash; algorithm = ""; }
    { hash = sha512; algorithm = "sha512"; }
    { hash = sha1; algorithm = "sha1"; }
    { hash = md5; algorithm = "md5"; }
  ];
  chosen = if given == [ ] then { hash = sha256; algorithm = "sha256"; } else builtins.head given;
  content =
    if impure then
      { __impure = true; }
    else
      {
        outputHash = if outputHash == null then chosen.hash else outputHash;
        outputHashAlgo = if outputHashAlgo == null then chosen.algorithm else outputHashAlgo;
      };
in
derivation (
  content
  // {
    inherit
      name
      url
      executable
      unpack
      ;
    builder = "builtin:fetchurl";
    system = "builtin";
    outputHashMode = if executable || unpack then "recursive" else "flat";
    preferLocalBuild = true;
    urls = [ url ];
    impureEnvVars = map (proxy: "${proxy}_proxy") [ "http" "https" "ftp" "all" "no" ];
  }
)
