# A model that is no set.
((import ../bundle.nix).project {
  _file = "/project/devenv.nix";
  services.model-repo.enable = true;
  services.model-repo.models.bert = "google-bert/bert-base-uncased";
}).config.services.model-repo.models.bert.name
