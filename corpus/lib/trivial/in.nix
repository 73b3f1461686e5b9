# Composition, comparison, numbers in other bases.
let
  lib = import ../../../nix/lib;
in
with lib;
{
  pipe = pipe 2 [
    (x: x + 1)
    (x: x * 10)
  ];
  flip = flip concat [ 1 ] [ 2 ];
  compare = map (pair: compare (head pair) (last pair)) [
    [ 1 2 ]
    [ "b" "a" ]
    [ 1.5 1.5 ]
  ];
  hex = map toHexString [ 0 15 16 255 4096 ];
  fromHex = map fromHexString [ "0" "FF" "0x10" "7fffffffffffffff" ];
  digits = toBaseDigits 2 10;
  mod = map (x: mod x 3) [ (-4) (-3) 0 4 7 ];
  bits = [ (bitAnd 12 10) (bitOr 12 10) (bitXor 12 10) (bitNot 5) ];
  functionArgs = functionArgs (setFunctionArgs (x: x) { a = true; });
  functor = isFunction { __functor = self: x: x; };
  mirrored = functionArgs (mirrorFunctionArgs ({ a, b ? 1 }: a) (x: x));
  defaultTo = [ (defaultTo 1 null) (defaultTo 1 2) (mapNullable (x: x + 1) null) ];
  sorted = sort (a: b: splitByAndCompare (hasPrefix "foo") compare compare a b < 0) [ "b" "foo2" "a" "foo1" ];
}
