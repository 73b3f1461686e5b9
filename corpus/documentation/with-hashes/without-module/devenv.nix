# The library alone: the model is a value, and the project links it itself.
{ pkgs, lib, inputs, ... }:

let
  fetchModel = inputs.nix-model-repo.lib.fetchModel pkgs;

  bert = fetchModel {
    name = "bert-base";
    source.huggingface.repo = "google-bert/bert-base-uncased";
    hash = (import ./hashes.nix).bert;
  };
in {
  packages = [ bert ];

  env.BERT_MODEL = "${bert}";

  enterShell = ''
    mkdir -p .cache/huggingface/hub
    ln -sfn ${bert} .cache/huggingface/hub/models--google-bert--bert-base-uncased
    export HF_HOME=".cache/huggingface"
    export HF_HUB_OFFLINE=1
  '';
}
