nix flake metadata ./leaf
nix flake metadata --json ./leaf
nix flake metadata path:./one
nix flake metadata --json path:./one
nix flake metadata ./mid
nix flake metadata ./mid
nix flake metadata --json ./mid
nix flake metadata ./top
nix flake metadata --no-write-lock-file "git+file://$W/mid?ref=master" --override-input leaf path:./one
nix flake metadata "git+file://$W/top?dir=sub"
echo more >leaf/more
git -C leaf add more
nix flake metadata ./leaf
nix flake metadata --json ./leaf
make_repository new
flake new '{ outputs = x: { }; }'
git -C new add flake.nix
nix flake metadata ./new
cd top
nix flake metadata
cd ..
# What stands for trees that are the same everywhere.
for flake in "git+file://$W/leaf?ref=master" path:./one ./new; do nix flake metadata $flake 2>&1 | grep Fingerprint | cut -c1-60; done
