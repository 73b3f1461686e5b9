# A hub source without a repository.
(import ../bundle.nix).fetchModel {
  name = "m";
  source.huggingface = { };
  hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
}
