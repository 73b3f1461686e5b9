# A cache for the team, so that a model is downloaded from its source once.
{ pkgs, lib, ... }:

{
  services.model-repo = {
    enable = true;
    models.bert = {
      source.huggingface.repo = "google-bert/bert-base-uncased";
      hash = "sha256-...";
    };
  };

  cachix.enable = true;
  cachix.pull = [ "my-team-cache" ];
  cachix.push = "my-team-cache";
}
