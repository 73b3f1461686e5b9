mkdir -p t/d
echo hi >t/f
echo x >t/d/x
chmod +x t/d/x
ln -s f t/l
p=$("$NIX_PROGRAM" --extra-experimental-features nix-command --store "$S" store add t)
none=/nix/store/00000000000000000000000000000000-x
for flags in "" -R -l -lR -d -ld --json "--json -R"; do nix store ls $flags $p; done
nix store ls -lR $p/d
nix store ls -l $p/f
nix store ls $p/l
nix store ls $p/nope
nix store ls -d --json $p
nix store ls
nix store ls /tmp
nix store ls $none
for file in f l d nope d/x; do nix store cat $p/$file; done
nix store cat $p
nix store cat $none/y
nix store dump-path $p | sha256sum
nix store dump-path $none
nix nar pack t | sha256sum
nix nar dump-path t | sha256sum
"$NIX_PROGRAM" --extra-experimental-features nix-command nar pack t/f >f.nar
"$NIX_PROGRAM" --extra-experimental-features nix-command nar pack t >t.nar
for flags in "" -R -l -lR -d -ld --json "--json -R"; do nix nar ls $flags t.nar /; done
nix nar ls -lR t.nar /d
nix nar ls t.nar d/x
nix nar ls t.nar nope
nix nar ls f.nar /
nix nar ls t.nar
nix nar ls nope /
for file in /f f /l /d /nope d/x; do nix nar cat t.nar $file; done
