let s = {
  a = 1;
  b.c = 2;
  inherit (s) d;
}; in [ (builtins.unsafeGetAttrPos "a" s) (builtins.unsafeGetAttrPos "b" s) (builtins.unsafeGetAttrPos "c" s.b) (builtins.unsafeGetAttrPos "x" s) (builtins.unsafeGetAttrPos "d" s) (builtins.unsafeGetAttrPos "a" (s // { z = 1; })) ]
