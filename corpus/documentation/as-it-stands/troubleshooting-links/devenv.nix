# The links, and the variable that names their folder, are there once the shell is entered: `links` shows them.
{ pkgs, lib, ... }:

{
  services.model-repo = {
    enable = true;
    models.bert = {
      source.huggingface.repo = "google-bert/bert-base-uncased";
      hash = "sha256-...";
    };
  };

  scripts.links.exec = ''
    ls -la .devenv/model-repo/
    echo "$HF_HOME"
  '';
}
