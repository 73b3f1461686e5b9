# A model without a hash.
((import ../bundle.nix).project (
  { lib, ... }:
  {
    _file = "/project/devenv.nix";
    services.model-repo.enable = true;
    services.model-repo.models.bert.source.mock = { };
  }
)).config.nixlite.models.bert.name
