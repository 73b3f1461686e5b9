# Derivations whose outputs the cache in this folder has, as Nix 2.34 built, signed (`key`) and copied them.
let
  make =
    name: script: more:
    derivation (
      {
        inherit name;
        system = "x86_64-linux";
        builder = "/bin/sh";
        args = [ "-c" script ];
      }
      // more
    );
in
rec {
  leaf = make "leaf" "echo leaf > $out" { };
  mid = make "mid" "echo ${leaf} > $out" { };
  tool = make "tool" "echo tool > $out" { };
  top = make "top" "read -r line < ${tool}; echo ${mid} > $out" { };
  multi = make "multi" "echo dev > $dev; echo $dev > $out" {
    outputs = [ "out" "dev" ];
  };
  both = make "both" "echo ${multi} ${multi.dev} > $out" { };
  refusing = make "refusing" "echo refusing > $out" { allowSubstitutes = false; };
  refusingAttributes = make "refusing-attributes" "echo refusing > ${placeholder "out"}" {
    allowSubstitutes = false;
    __structuredAttrs = true;
  };
  fixed = make "fixed" "echo fixed > $out" {
    outputHash = builtins.hashString "sha256" "fixed\n";
    outputHashAlgo = "sha256";
  };
  user = make "user" "echo ${fixed} > $out" { };
  unknown = make "unknown" "echo unknown > $out" { };
  unknownUser = make "unknown-user" "echo ${unknown} ${leaf} > $out" { };
}
