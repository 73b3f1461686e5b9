# A commit of a Git repository with large files.
{ pkgs, lib, ... }:

{
  services.model-repo.enable = true;
  services.model-repo.models.my-model = {
    source.git-lfs = {
      url = "https://github.com/org/model-repo.git";
      rev = "abc123...";
    };
    hash = (import ./hashes.nix).my-model;
  };
}
