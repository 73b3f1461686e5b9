{ pkgs, lib, inputs, ... }:

{
  imports = [ inputs.nix-model-repo.devenvModules.default ];

  services.model-repo = {
    enable = true;
    models.bert = {
      source.huggingface.repo = "nixlite/tiny-bert";
      hash = lib.fakeHash; # build once, and put what `got:` says here
    };
  };

  enterShell = ''
    echo "The model is at $MODEL_REPO_BERT"
  '';
}
