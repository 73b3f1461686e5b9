with import ../../../nix/lib;
getExe {
  type = "derivation";
  name = "hello-2.12";
  outPath = "/store/hello";
}
