# A hash that only stands for one: Nix's own error.
((import ../bundle.nix).fetchModel {
  name = "m";
  source.huggingface.repo = "org/model";
  hash = "sha256-...";
}).outPath
