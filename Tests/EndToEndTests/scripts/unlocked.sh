echo zzz > mid/dirty
git -C mid add dirty
nix flake lock ./top
nix flake update --flake ./mid x
nix flake update 1x
nix flake update ""
nix flake update leaf leaf --flake ./mid
