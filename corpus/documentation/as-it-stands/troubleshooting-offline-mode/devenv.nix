# New models may be downloaded by programs inside the shell: offline mode is off.
{ pkgs, lib, ... }:

{
  services.model-repo = {
    enable = true;
    models.bert = {
      source.huggingface.repo = "google-bert/bert-base-uncased";
      hash = "sha256-...";
    };
    offlineMode = false;
  };
}
