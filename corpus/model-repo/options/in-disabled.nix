# A model of a module that is off.
((import ../bundle.nix).project (
  { lib, ... }:
  {
    _file = "/project/devenv.nix";
    services.model-repo.models.bert = {
      source.mock = { };
      hash = lib.fakeHash;
    };
  }
)).config.nixlite.models.bert
