# The environment of both derivations, the store paths, and what a model is beside them.
let
  inherit (import ../bundle.nix) fetchModel lib;
  bert = fetchModel {
    name = "bert";
    source.huggingface.repo = "google-bert/bert-base-uncased";
    hash = lib.fakeHash;
    auth = {
      tokenEnvVar = "HF_TOKEN";
      tokenFile = /run/secrets/token;
      unknown = "dropped";
    };
    network.timeout.read = 900;
    meta.license = "apache-2.0";
  };
in
{
  inherit (bert)
    name
    outPath
    drvPath
    sourceType
    meta
    hfCachePath
    ;
  raw = { inherit (bert.raw) name outPath drvPath; };
  rawEnvironment = bert.raw.drvAttrs;
  viewEnvironment = removeAttrs bert.drvAttrs [ "raw" ];
  network = bert.config.network;
  renamed = (bert.overrideAttrs (old: { name = "${old.name}-2"; })).name;
  hook = lib.hasInfix "models--google-bert--bert-base-uncased" bert.shellHook;
  # Only name and hash decide where raw lies.
  sameRaw =
    bert.raw.outPath == (fetchModel {
      name = "other";
      source.huggingface = {
        repo = "google-bert/bert-base-uncased";
        revision = "v1";
      };
      hash = lib.fakeHash;
    }).raw.outPath;
}
