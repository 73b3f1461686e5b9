# Values for messages, on several lines and on one.
let
  lib = import ../../../nix/lib;
in
with lib;
let
  value = {
    int = 1;
    float = 1.5;
    text = "x";
    lines = "a\nb\n";
    quoted = "q\"\\\${x}";
    list = [ 1 [ 2 ] [ ] ];
    empty = { };
    nested.deep.er = null;
    function = x: x;
    pattern = { a, b ? 1 }: a;
    drv = { type = "derivation"; name = "foo"; };
    "odd name" = true;
  };
in
{
  lines = generators.toPretty { } value;
  line = generators.toPretty { multiline = false; } value;
  cut = generators.toPretty { } (generators.withRecursion { depthLimit = 2; throwOnDepthLimit = false; } { a.b.c.d = 1; x = [ [ [ 1 ] ] ]; });
}
