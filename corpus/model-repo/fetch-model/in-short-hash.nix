# A hash of another length, at the path of raw.
((import ../bundle.nix).fetchModel {
  name = "m";
  source.huggingface.repo = "org/model";
  hash = "sha256-AAAA";
}).raw.outPath
