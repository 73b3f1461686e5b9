# An empty hash.
(import ../bundle.nix).fetchModel {
  name = "m";
  source.huggingface.repo = "org/model";
  hash = "";
}
