nix flake lock ./mid
commit mid
nix flake lock ./top
flake leaf '{ description="k"; outputs={self}: { x=2;}; }'
commit leaf
nix flake update --flake ./top
nix flake update mid/leaf --flake ./top
cat top/flake.lock
