let
  lib = import ../../../nix/lib;
in
with lib;
asserts.checkAssertWarn [ { assertion = false; message = "bad"; } { assertion = true; message = "good"; } { assertion = false; message = "worse"; } ] [ "warned" ] 3
