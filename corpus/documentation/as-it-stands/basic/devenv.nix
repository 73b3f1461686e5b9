# Two models, one of which needs a token; the module is there without an import.
{ pkgs, lib, ... }:

{
  services.model-repo = {
    enable = true;

    models = {
      # sentences to vectors
      embeddings = {
        source.huggingface.repo = "sentence-transformers/all-MiniLM-L6-v2";
        hash = "sha256-...";
      };

      # gated: the token comes from the variable
      llama = {
        source.huggingface.repo = "meta-llama/Llama-2-7b-hf";
        hash = "sha256-...";
        auth.tokenEnvVar = "HF_TOKEN";
      };
    };
  };
}
