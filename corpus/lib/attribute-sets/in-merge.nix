# Ways to put sets together.
let
  lib = import ../../../nix/lib;
in
with lib;
{
  recursive = recursiveUpdate { boot.loader.grub.enable = true; boot.loader.grub.device = "/dev/hda"; x = 1; } { boot.loader.grub.device = ""; x.y = 2; };
  until = recursiveUpdateUntil (path: l: r: path == [ "foo" ]) { foo.bar = 1; foo.baz = 2; bar = 3; } { foo.bar = 1; foo.quz = 2; baz = 4; };
  list = mergeAttrsList [ { a = 0; b = 1; } { c = 2; d = 3; } { a = 9; } ];
  zip = zipAttrs [ { a = "x"; } { a = "y"; b = "z"; } ];
  existing = overrideExisting { a = 1; b = 2; } { a = 3; c = 4; };
  matches = [ (matchAttrs { cpu = { }; } { cpu.bits = 64; }) (matchAttrs { cpu.bits = 32; } { cpu.bits = 64; }) ];
  many = updateManyAttrsByPath [
    { path = [ "a" "b" ]; update = old: { d = old.c; }; }
    { path = [ "a" "b" "c" ]; update = old: old + 1; }
    { path = [ "x" "y" ]; update = old: "xy"; }
  ] { a.b.c = 0; };
}
