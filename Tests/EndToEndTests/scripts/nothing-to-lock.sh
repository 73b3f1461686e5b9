nix flake lock ./leaf
git -C leaf status -s
