# The module through an input of devenv.yaml.
{ pkgs, lib, inputs, ... }:

{
  imports = [
    inputs.nix-model-repo.devenvModules.default
  ];

  services.model-repo = {
    enable = true;
    models = {
      bert = {
        source.huggingface.repo = "google-bert/bert-base-uncased";
        hash = (import ./hashes.nix).bert;
      };
    };
  };
}
