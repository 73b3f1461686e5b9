make_repository s
flake s '{ inputs.self.submodules = true; outputs = { self }: { }; }'
commit s
nix flake lock ./s
make_repository t
flake t '{ inputs.s.url = "git+file://'$W'/s"; outputs = { self, s }: { }; }'
commit t
nix flake lock ./t
cat t/flake.lock
