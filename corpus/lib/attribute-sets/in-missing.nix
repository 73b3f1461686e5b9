with import ../../../nix/lib;
getAttrFromPath [ "a" "z" ] { a.b = 3; }
