# A profile that there is not.
let
  bundle = import ../bundle.nix;
in
(bundle.evalDevenv {
  inherit (bundle) pkgs;
  root = "/project";
  profiles = [ "nowhere" ];
  modules = [ { profiles.here.module = { }; } ];
}).config.name
