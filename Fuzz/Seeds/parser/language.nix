# every construct once
{ a, b ? 1, c ? "x${toString b}", ... }@args: let inherit (a) x y; z = rec { q.r."s t" = 1.5e3; ${"n"} = -2; inherit z; }; in
with builtins; assert a != null -> !(b <= 2 && true || false); if a ? b.c then [ 1 ./path/x ~/home <nixpkgs/lib> /abs/x.nix https://a.b/c ]
++ [ (x: y: x // y) ({ x }: x) ] else ''
  indented ${a.b.c or "d"} ''${no} ''' ''\n $$ ${"n"}
    deeper
'' + "esc \n \${x} ${./p/${a}/q}" * 2 / 3 - f (-x) 4 < 5 == 6 /* end */
