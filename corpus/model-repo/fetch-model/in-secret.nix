# A secret in the description.
(import ../bundle.nix).fetchModel {
  name = "m";
  source.huggingface.repo = "org/model";
  hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  auth.token = "hf_abc";
}
