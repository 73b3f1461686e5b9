# Every option of the module once.
{ pkgs, lib, ... }:

{
  services.model-repo = {
    enable = true;

    models.bert-base = {
      name = "bert";
      source.huggingface = {
        repo = "google-bert/bert-base-uncased";
        revision = "main";
      };
      hash = (import ./hashes.nix).bert-base;
      validation.enable = false;
      integration.huggingface.enable = true;
      network.timeout.connect = 10;
      auth.tokenEnvVar = "HF_TOKEN";
      meta.license = "apache-2.0";
    };

    cacheDir = ".devenv/model-repo";
    linkToHuggingFace = true;
    offlineMode = true;
    globalValidation.timeout = 60;
    globalNetwork.timeout.read = 120;
  };
}
