# An option that there is not.
((import ../bundle.nix).project (
  { lib, ... }:
  {
    _file = "/project/devenv.nix";
    services.model-repo.modles.bert = { };
  }
)).config.services.model-repo.enable
