mkdir t
echo hi >t/f
p=$("$NIX_PROGRAM" --extra-experimental-features nix-command --store "$S" store add t)
none=/nix/store/00000000000000000000000000000000-x
cat >d.nix <<'END'
let
  d = name: args: derivation { inherit name args; system = "x86_64-linux"; builder = "/bin/sh"; };
  a = d "a" [ ];
  b = d "b-longer" [ a ];
  c = d "c" [ a b ];
  e = d "e" [ b c ./t/f ];
in { inherit a b c e; f = derivation { name = "f"; system = "x"; builder = "b"; outputHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; outputHashAlgo = "sha256"; };
  s = derivation { name = "s"; system = "x"; builder = "b"; __structuredAttrs = true; z = { q = [ 1 null ]; }; outputs = [ "out" "dev" ]; }; }
END
settle .
for flags in "" -s -S -sSh --sigs "--json --json-format 1 -S" "--json --json-format 2"; do
  nix path-info $flags $p
done
nix path-info --json --json-format 3 $p
nix path-info $none
nix path-info --json --json-format 1 $none
nix path-info --derivation -f d.nix e a c
nix path-info --derivation -r -f d.nix e
nix path-info --derivation -rsSh -f d.nix e
nix path-info -f d.nix a
nix path-info --derivation $p
nix path-info --all
nix derivation show -f d.nix b
nix derivation show -r -f d.nix e
nix derivation show -f d.nix f s
nix derivation show $p
nix derivation show -f d.nix s >s.json
python3 -c 'import json; print(json.dumps(list(json.loads(open("s.json").read().split("\n")[0])["derivations"].values())[0]))' >s1.json
nix derivation add <s1.json
nix derivation add <s.json
echo '{}' | nix derivation add
echo '{' | nix derivation add
sed 's/"version": 4/"version": 3/' s1.json | nix derivation add
nix why-depends --derivation -f d.nix e a
nix why-depends --all --derivation -f d.nix e a
nix why-depends --derivation -f d.nix e e
nix why-depends --derivation -f d.nix a e
nix why-depends --derivation -f d.nix a
nix key generate-secret
nix key generate-secret --key-name a-1 | cut -c1-4
echo 'a-1:M6Ve94atJIKm/rlE3acCg6e0NF8jb8Blf16ZG+aBGRJRD4k4XghO5q/2LdhMvdWLJxbsj11Eg2qCehaCFxxydw==' | nix key convert-secret-to-public
