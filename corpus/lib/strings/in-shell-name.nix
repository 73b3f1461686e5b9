with import ../../../nix/lib;
toShellVar "0a" "b"
