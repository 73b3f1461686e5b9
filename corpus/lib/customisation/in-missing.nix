# The position is that of the formal, the hint is the nearest name in the scope.
let
  lib = import ../../../nix/lib;
in
with lib;
callPackageWith { openssl = 1; zlib = 2; } (setFunctionArgs (arguments: arguments) { opensll = false; }) { }
