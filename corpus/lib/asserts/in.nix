with import ../../../nix/lib;
asserts.assertOneOf "sslLibrary" "x" [ "openssl" "libressl" ]
