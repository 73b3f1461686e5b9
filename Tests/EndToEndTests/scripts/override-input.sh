nix flake lock --override-input leaf path:./one ./mid
cat mid/flake.lock
nix flake lock ./mid
nix flake lock --override-input foo ./one ./mid
nix flake lock --override-input "" ./one ./mid
nix flake lock --override-input "1" ./one ./mid
