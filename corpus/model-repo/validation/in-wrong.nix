# Validators that lack something, and an action that there is not.
(import ../bundle.nix).fetchModel {
  name = "m";
  source.mock = { };
  hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  validation = {
    onFailure = "explode";
    validators = [ { command = "true"; } { name = "n"; } 3 ];
  };
}
