# A whole environment: Python, three models from two kinds of source, packages, a script and a greeting.
{ pkgs, lib, inputs, ... }:

{
  imports = [
    inputs.nix-model-repo.devenvModules.default
  ];

  languages.python = {
    enable = true;
    package = pkgs.python311;
    venv.enable = true;
  };

  services.model-repo = {
    enable = true;

    models = {
      bert = {
        source.huggingface.repo = "google-bert/bert-base-uncased";
        hash = "sha256-...";
      };

      gpt2 = {
        source.huggingface.repo = "openai-community/gpt2";
        hash = "sha256-...";
      };

      # not from the hub
      custom-model = {
        source.s3 = {
          bucket = "my-models";
          prefix = "custom/";
          region = "us-east-1";
        };
        hash = "sha256-...";
      };
    };

    cacheDir = ".cache/models";
    offlineMode = true;
  };

  packages = [
    pkgs.python311Packages.transformers
    pkgs.python311Packages.torch
  ];

  scripts.test-model.exec = ''
    python -c "
    import os
    print('weights:', sorted(os.listdir(os.environ['MODEL_REPO_BERT'])))
    "
  '';

  enterShell = ''
    echo "models: bert, gpt2, custom-model"
    echo "test-model lists the files of the first"
  '';
}
