# A script that finds its model through the environment.
{ pkgs, lib, inputs, ... }:

{
  imports = [ inputs.nix-model-repo.devenvModules.default ];

  services.model-repo = {
    enable = true;
    models.bert = {
      source.huggingface.repo = "google-bert/bert-base-uncased";
      hash = (import ./hashes.nix).bert;
    };
  };

  scripts.use-model.exec = ''
    echo "the model lies at $MODEL_REPO_BERT"
    python3 use_model.py --model-path "$MODEL_REPO_BERT"
  '';
}
