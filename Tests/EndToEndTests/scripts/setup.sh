# Repositories that the scripts beside this one lock: `nix` is the program that is asked.
make_repository() { mkdir -p "$1"; git -C "$1" init -q; }
commit() { git -C "$1" add -A; git -C "$1" commit -qm "${2:-m}"; }
flake() { mkdir -p "$1"; printf '%s\n' "$2" >"$1/flake.nix"; settle "$1"; }
# Everything was last changed at the same time.
settle() { find "$1" -path '*/.git' -prune -o -exec touch -h -d @1700000000 {} +; }
show() { cat "$1"; }

make_repository leaf
flake leaf '{ description = "leaf"; outputs = { self }: { x = 1; }; }'
commit leaf
make_repository mid
flake mid '{ inputs.leaf.url = "git+file://'$W'/leaf"; outputs = { self, leaf }: { y = leaf.x; }; }'
commit mid
make_repository top
flake top '{
  description = "d";
  inputs.mid.url = "git+file://'$W'/mid";
  inputs.sub.url = "path:./sub";
  inputs.data = { url = "path:'$W'/data"; flake = false; };
  inputs.leaf.follows = "mid/leaf";
  outputs = { self, mid, sub, ... }: { y = mid.y; };
}'
flake top/sub '{ outputs = { self }: { x = 2; }; }'
commit top
mkdir data
echo hi >data/f
settle data
flake one '{ outputs = { self }: { it = 1; }; }'
