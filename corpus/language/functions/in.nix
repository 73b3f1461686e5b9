let
  curried = a: b: c: [ a b c ];
  partial = curried 1 2;
  pattern = { a, b ? a + 1, ... }@args: [ a b (builtins.attrNames args) ];
  recursiveDefault = { x ? y, y ? 2 }: x + y;
in
[ (partial 3) (pattern { a = 1; z = 0; }) (pattern { a = 1; b = 5; }) (recursiveDefault { }) (recursiveDefault { x = 10; }) ]
