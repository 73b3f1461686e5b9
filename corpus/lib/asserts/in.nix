let
  lib = import ../../../nix/lib;
in
with lib;
asserts.assertOneOf "sslLibrary" "x" [ "openssl" "libressl" ]
