nix flake lock ./mid
cat mid/flake.lock
git -C mid status -s
nix flake lock ./mid
