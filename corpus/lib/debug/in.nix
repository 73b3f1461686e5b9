# Values shown on the way.
let
  lib = import ../../../nix/lib;
in
with lib;
[
  (traceVal 1)
  (traceValSeq { a = 1; })
  (traceSeqN 2 { a.b.c = 1; l = [ [ 1 ] ]; e = { }; } 3)
  (traceFnSeqN 2 "twice" (x: x * 2) 4)
  (runTests { testA = { expr = 1; expected = 2; }; testB = { expr = 1; expected = 1; }; })
]
