# A gated model: the token is in the environment before the shell is entered, here by .envrc.
{ pkgs, lib, ... }:

{
  services.model-repo = {
    enable = true;
    models.llama = {
      source.huggingface.repo = "meta-llama/Llama-2-7b-hf";
      hash = "sha256-...";
      auth.tokenEnvVar = "HF_TOKEN";
    };
  };
}
