with import ../../../nix/lib;
asserts.checkAssertWarn [ { assertion = false; message = "bad"; } { assertion = true; message = "good"; } { assertion = false; message = "worse"; } ] [ "warned" ] 3
