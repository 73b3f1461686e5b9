nix flake lock --output-lock-file out.lock ./mid
cat out.lock
ls mid
nix flake lock --reference-lock-file out.lock ./mid
cat mid/flake.lock
