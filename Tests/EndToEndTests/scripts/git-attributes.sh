rev=$(git -C leaf rev-parse HEAD)
make_repository rel
flake rel '{ inputs.a.url = "git+file://'$W'/leaf?rev='$rev'"; inputs.b.url="git+file://'$W'/leaf?ref=master&shallow=1"; inputs.c.url = "git+file://'$W'/top?dir=sub&ref=master"; inputs.c.flake = false; inputs.d = { type = "git"; url = "'$W'/leaf"; ref = "master"; submodules = true; exportIgnore=false; }; inputs.e.url="git+file://'$W'/top?dir=sub"; outputs = { self, a, ... }: { x = a.x; }; }'
commit rel
nix flake lock ./rel
cat rel/flake.lock
