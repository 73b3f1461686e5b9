# A revision and a choice of files; both are optional.
{ pkgs, lib, ... }:

{
  services.model-repo.enable = true;
  services.model-repo.models.llama = {
    source.huggingface = {
      repo = "meta-llama/Llama-2-7b-hf";
      revision = "main";
      files = [ "config.json" "*.safetensors" ];
    };
    hash = "sha256-...";
  };
}
