with import ../../../nix/lib;
generators.toINI { } { foo.a = [ 1 ]; }
