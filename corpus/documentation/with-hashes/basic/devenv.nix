# Two models, one of which needs a token; the module is there without an import.
{ pkgs, lib, ... }:

{
  services.model-repo = {
    enable = true;

    models = {
      # sentences to vectors
      embeddings = {
        source.huggingface.repo = "sentence-transformers/all-MiniLM-L6-v2";
        hash = (import ./hashes.nix).embeddings;
      };

      # gated: the token comes from the variable
      llama = {
        source.huggingface.repo = "meta-llama/Llama-2-7b-hf";
        hash = (import ./hashes.nix).llama;
        auth.tokenEnvVar = "HF_TOKEN";
      };
    };
  };
}
