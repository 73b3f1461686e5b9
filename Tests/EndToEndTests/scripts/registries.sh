mkdir -p home/.config/nix
export HOME=$W/home
echo '{"version":2,"flakes":[{"from":{"type":"indirect","id":"leaf"},"to":{"type":"git","url":"file://'$W'/leaf"}}]}' > reg.json
flake one '{ inputs.foo.url = "leaf"; outputs = { self, foo, leaf }: { }; }'
nix flake lock ./one --option flake-registry $W/reg.json
cat one/flake.lock
cp reg.json home/.config/nix/registry.json
rm one/flake.lock
nix flake lock ./one
nix flake lock leaf
nix flake lock flake:nope
