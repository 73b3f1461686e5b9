with import ../../../nix/lib;
throwIfNot (1 == 2) "numbers differ" 3
