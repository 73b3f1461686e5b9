with import ../../../nix/lib;
getExe' { type = "derivation"; } "share/hello"
