# Two kinds of source.
(import ../bundle.nix).fetchModel {
  name = "m";
  source.s3 = { };
  source.url = { };
  hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
}
