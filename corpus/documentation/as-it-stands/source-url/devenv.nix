# A file by its address.
{ pkgs, lib, ... }:

{
  services.model-repo.enable = true;
  services.model-repo.models.weights = {
    source.url = {
      urls = [ "https://example.com/model.bin" ];
    };
    hash = "sha256-...";
  };
}
