# Which values each type takes.
let
  lib = import ../../../nix/lib;
in
with lib;
map (type: map type.check [ "a" "" 1 1.5 true null [ ] { } /a "/a" "/nix/store/d945ibfx9x185xf04b890y4f9g3cbb63-x" (x: x) ]) (with types; [ str nonEmptyStr int float bool number path pathInStore externalPath package anything raw attrs (listOf int) (attrsOf int) (nullOr int) (either int str) singleLineStr port (submodule { }) deferredModule (functionTo int) ints.positive lines ])
