nix flake lock --commit-lock-file ./mid
git -C mid log -1 --format=%B
git -C mid status -s
