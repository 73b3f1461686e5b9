let
  lib = import ../../../nix/lib;
in
with lib;
getExe {
  type = "derivation";
  name = "hello-2.12";
  outPath = "/store/hello";
}
