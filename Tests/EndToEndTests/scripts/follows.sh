flake bad '{ inputs.a.url = "git+file://'$W'/mid"; inputs.a.inputs.leaf.follows=""; inputs.a.inputs.zork.follows="a"; outputs = { self, a, ... }: { x = a.x; }; }'
nix flake lock ./bad
cat bad/flake.lock
flake bad '{ inputs.a.url = "git+file://'$W'/mid"; inputs.a.inputs.leaf.url="path:../one"; outputs = { self, a, ... }: { x = a.x; }; }'
nix flake lock ./bad
flake bad '{ inputs.a.url = "git+file://'$W'/mid"; inputs.o.url="path:'$W'/one"; inputs.a.inputs.leaf.follows="o"; outputs = { self, a, ... }: { x = a.x; }; }'
nix flake lock ./bad
cat bad/flake.lock
flake bad '{ inputs.a.url = "git+file://'$W'/mid"; inputs.o.url="path:'$W'/one"; outputs = { self, a, ... }: { x = a.x; }; }'
nix flake lock ./bad
cat bad/flake.lock
