# Only the first of equal names needs a value.
let
  set = builtins.listToAttrs [
    { name = "b"; value = 1; }
    { name = "b"; }
    { value = 3; name = "a"; }
  ];
in
[
  set
  (builtins.unsafeGetAttrPos "a" set).column
  (builtins.unsafeGetAttrPos "b" set).column
]
