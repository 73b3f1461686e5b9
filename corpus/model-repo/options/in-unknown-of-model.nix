# An option that models do not have.
((import ../bundle.nix).project (
  { lib, ... }:
  {
    _file = "/project/devenv.nix";
    services.model-repo.models.bert = {
      source.mock = { };
      hsh = lib.fakeHash;
    };
  }
)).config.services.model-repo.models.bert.hash
