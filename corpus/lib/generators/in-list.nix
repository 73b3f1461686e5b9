let
  lib = import ../../../nix/lib;
in
with lib;
generators.toINI { } { foo.a = [ 1 ]; }
