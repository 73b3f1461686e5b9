nix flake lock ./top
cat top/flake.lock
git -C top status -s
nix flake update --flake ./top
flake leaf '{ description="k"; outputs={self}: { x=2;}; }'
commit leaf
nix flake lock ./top
nix flake update --flake ./top
nix flake update mid --flake ./top
nix flake update mid/leaf --flake ./top
