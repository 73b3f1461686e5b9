# A repository without its organisation, and files that are no list.
(import ../bundle.nix).fetchModel {
  name = "m";
  source.huggingface = {
    repo = "distilbert-base-uncased";
    files = "*.json";
  };
  hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
}
