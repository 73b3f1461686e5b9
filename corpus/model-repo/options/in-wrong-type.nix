# A value of another type.
((import ../bundle.nix).project (
  { lib, ... }:
  {
    _file = "/project/devenv.nix";
    services.model-repo.cacheDir = 3;
  }
)).config.services.model-repo.cacheDir
