# No kind of source.
(import ../bundle.nix).fetchModel {
  name = "m";
  source = { };
  hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
}
