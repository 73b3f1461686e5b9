# A hash that is not the model's: the build prints the right one after `got:`.
{ pkgs, lib, ... }:

{
  services.model-repo = {
    enable = true;
    models.bert = {
      source.huggingface.repo = "google-bert/bert-base-uncased";
      hash = (import ./hashes.nix).bert;
    };
  };
}
