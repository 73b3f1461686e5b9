nix flake lock --no-update-lock-file ./mid
nix flake lock "git+file://$W/mid?ref=master"
