# The options of services.model-repo, their defaults, and the settings for all models.
let
  inherit (import ../bundle.nix) project;
  evaluated = project (
    { lib, inputs, ... }:
    {
      imports = [
        inputs.nix-model-repo.devenvModules.default
        inputs.nix-model-repo.devenvModules.model-repo
      ];
      services.model-repo = {
        enable = true;
        globalValidation = {
          onFailure = "warn";
          defaults.modelscan = false;
        };
        globalNetwork.timeout.read = 60;
        models.bert-base = {
          source.huggingface.repo = "google-bert/bert-base-uncased";
          hash = lib.fakeHash;
          validation.timeout = 9;
          network.timeout.connect = 5;
        };
        models."odd.name" = {
          name = "even";
          source.mock = { };
          hash = lib.fakeHash;
          validation.onFailure = "skip";
        };
      };
      services.postgres.enable = true;
    }
  );
  inherit (evaluated.config.nixlite) models;
in
{
  options = evaluated.output.services;
  env = evaluated.config.env;
  names = builtins.attrNames evaluated.output;
  built = builtins.mapAttrs (_: model: {
    inherit (model) name outPath;
    inherit (model.config) validation network;
  }) models;
}
