make_repository rel
flake rel/a '{ inputs.b.url = "path:../b"; outputs = { self, b }: { x = b.x; }; }'
flake rel/b '{ outputs = { self }: { x = 5; }; }'
flake rel '{ inputs.a.url = "path:./a"; inputs.a2.url="path:./a?dir=."; inputs.n = { url = "./b"; flake = false; }; inputs.m.url = ./b; outputs = { self, a, ... }: { x = a.x; }; }'
commit rel
nix flake lock ./rel
cat rel/flake.lock
flake rel '{ inputs.a.url = "path:../leaf"; outputs = { self, a, ... }: { x = a.x; }; }'
nix flake lock ./rel
nix flake lock path:./rel
