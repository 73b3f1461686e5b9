flake one '{ inputs.leaf.url = "git+file://'$W'/leaf"; outputs = x: { }; }'
nix flake lock ./one
cat one/flake.lock
nix flake lock --recreate-lock-file ./one
nix flake lock --update-input leaf ./one
