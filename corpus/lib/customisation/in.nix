# Functions and packages whose arguments can be changed later.
let
  lib = import ../../../nix/lib;
in
with lib;
let
  add = makeOverridable ({ a, b ? 2 }: { sum = a + b; });
  three = add { a = 1; };
  scope = makeScope (extra: callPackageWith ({ z = 1; } // extra)) (self: {
    a = 1;
    b = self.callPackage ({ a, z }: { sum = a + z; }) { };
  });
in
{
  override = [ three.sum (three.override { b = 5; }).sum (three.override (old: { a = old.a + 10; })).sum ];
  again = ((three.override { b = 5; }).override { a = 7; }).sum;
  arguments = functionArgs three.override;
  called = (callPackageWith { a = 1; b = 2; } ({ a, b ? 3, c ? 4 }: { r = [ a b c ]; }) { c = 9; }).r;
  scope = [ scope.b.sum (scope.overrideScope (final: previous: { a = 50; })).b.sum ];
  set = ((callPackagesWith { a = 1; } ({ a, b ? 3 }: { x.r = a + b; y.r = b; }) { }).x.override { b = 100; }).r;
}
