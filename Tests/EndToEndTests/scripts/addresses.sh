nix flake lock ./nonex
nix flake lock ./top/flake.nix
nix flake lock ./data/f
nix flake lock path:./top
nix flake lock path:./one
ls one
nix flake lock top
nix flake lock ./top#x
nix flake lock x y
