flake bad '{ inputs.a.follows = "b"; inputs.b.follows = "a"; outputs = { self, a, ... }: { x = a.x; }; }'
nix flake lock ./bad
flake bad '{ inputs.a.follows = "b/c"; inputs.b.url="path:'$W'/one"; outputs = { self, a, ... }: { x = a.x; }; }'
nix flake lock ./bad
flake bad '{ inputs.a.url="path:'$W'/bad"; outputs = { self, a, ... }: { x = a.x; }; }'
nix flake lock ./bad
