cd top
nix flake lock
cd sub
nix flake lock
cd ../../data
nix flake lock
