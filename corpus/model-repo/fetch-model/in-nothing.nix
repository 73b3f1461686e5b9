# Everything that is required is missing.
(import ../bundle.nix).fetchModel {

}
