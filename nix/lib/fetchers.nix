# What fetchers of sources share.
{ lib }:
let
  inherit (lib.trivial) functionArgs setFunctionArgs;

  fake = {
    sha1 = lib.strings.replicate 40 "0";
    sha256 = lib.fakeSha256;
    sha512 = lib.fakeSha512;
  };
in
{
  # Variables of the environment that a fixed-output derivation may read.
  proxyImpureEnvVars = [
    "http_proxy"
    "https_proxy"
    "ftp_proxy"
    "all_proxy"
    "no_proxy"
    "HTTP_PROXY"
    "HTTPS_PROXY"
    "FTP_PROXY"
    "ALL_PROXY"
    "NO_PROXY"
    "NIX_SSL_CERT_FILE"
  ];

  # `hash`, `sha256` or `sha512`, whichever is given, as outputHash and outputHashAlgo.
  normalizeHash =
    {
      hashTypes ? [ "sha256" ],
      required ? true,
    }:
    arguments:
    let
      names = [ "hash" ] ++ hashTypes;
      given = builtins.filter (name: arguments.${name} or "" != "" && arguments.${name} or null != null) names;
      present = builtins.filter (name: arguments ? ${name}) names;
      rest = builtins.removeAttrs arguments names;
      name = builtins.head given;
      hash =
        if given != [ ] then
          {
            outputHash = arguments.${name};
            outputHashAlgo = if name == "hash" then null else name;
          }
        else if present != [ ] && builtins.head present != "hash" then
          {
            outputHash = fake.${builtins.head present} or lib.fakeHash;
            outputHashAlgo = builtins.head present;
          }
        else if present != [ ] then
          {
            outputHash = lib.fakeHash;
            outputHashAlgo = null;
          }
        else if required then
          throw "fetcher called without `hash`"
        else
          { };
    in
    if builtins.length given > 1 then
      throw "fetcher called with mutually-incompatible arguments: ${builtins.concatStringsSep ", " given}"
    else
      rest // hash;

  withNormalizedHash =
    {
      hashTypes ? [ "sha256" ],
    }:
    fetcher:
    let
      arguments = functionArgs fetcher;
      optional = arguments.outputHash or false;
    in
    setFunctionArgs (given: fetcher (lib.fetchers.normalizeHash { inherit hashTypes; required = !optional; } given)) (
      builtins.removeAttrs arguments [
        "outputHash"
        "outputHashAlgo"
      ]
      // {
        hash = optional;
      }
    );
}
