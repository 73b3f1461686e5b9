# Overlays see what came before and the end result.
let
  lib = import ../../../nix/lib;
in
with lib;
let
  base = makeExtensible (self: {
    a = 1;
    b = self.a + 1;
    list = [ "base" ];
  });
  first = final: previous: {
    a = previous.a * 10;
    list = previous.list ++ [ "first" ];
  };
  second = final: previous: {
    c = final.b;
    list = previous.list ++ [ "second" ];
  };
  plain = set: removeAttrs set [ "extend" "__unfix__" ];
in
{
  once = plain (base.extend first);
  twice = plain ((base.extend first).extend second);
  composed = plain (base.extend (composeManyExtensions [ first second ]));
  none = plain (base.extend (composeManyExtensions [ ]));
  fix = (fix (self: { x = 1; y = self.x; })).y;
  converge = converge (x: x / 2) 16;
  toExtension = map (value: toExtension value { } { a = 1; }) [
    { b = 2; }
    (previous: { b = previous.a; })
    (final: previous: { b = previous.a + 1; })
  ];
  library = (lib.extend (final: previous: { id = x: x + 1; })).id 3;
}
