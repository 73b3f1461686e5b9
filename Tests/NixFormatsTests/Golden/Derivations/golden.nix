let
  base = derivation { name = "base-1.0"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo hi > $out" ]; };
  flat = derivation { name = "flat.tar.gz"; system = "builtin"; builder = "builtin:fetchurl"; url = "https://example.org/flat.tar.gz"; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashMode = "flat"; outputHashAlgo = "sha256"; };
  flatOther = derivation { name = "flat.tar.gz"; system = "builtin"; builder = "builtin:fetchurl"; url = "https://mirror.example.org/flat.tar.gz"; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashMode = "flat"; outputHashAlgo = "sha256"; };
  sha1 = derivation { name = "sha1"; system = "builtin"; builder = "builtin:fetchurl"; url = "x"; outputHash = "da39a3ee5e6b4b0d3255bfef95601890afd80709"; outputHashAlgo = "sha1"; };
  recursive = derivation { name = "model-raw"; system = "x86_64-linux"; builder = "/bin/sh"; outputHash = "1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s"; outputHashMode = "recursive"; outputHashAlgo = "sha256"; };
  recursive512 = derivation { name = "model512"; system = "x86_64-linux"; builder = "/bin/sh"; outputHash = builtins.hashString "sha512" ""; outputHashMode = "recursive"; outputHashAlgo = "sha512"; };
  md5 = derivation { name = "md5sum"; system = "x86_64-linux"; builder = "/bin/sh"; outputHash = builtins.hashString "md5" ""; outputHashMode = "flat"; outputHashAlgo = "md5"; };
  multiple = derivation { name = "multiple"; system = "x86_64-linux"; builder = "${base}/bin/sh"; outputs = [ "out" "dev" "lib" ]; args = [ "${flat}" "${recursive}" ]; file = builtins.toFile "note.txt" "some text"; };
  top = derivation { name = "top"; system = "x86_64-linux"; builder = "/bin/sh"; a = multiple.dev; b = multiple.lib; c = base; d = flat; };
  topOther = derivation { name = "top"; system = "x86_64-linux"; builder = "/bin/sh"; a = multiple.dev; b = multiple.lib; c = base; d = flatOther; };
  escapes = derivation { name = "escapes"; system = "x86_64-linux"; builder = "b\"u\\i\nl\td\rer"; args = [ "" "\"" "\\n" "\n\n" "tab\there" "\${x}" "é" ]; "we\"ird\n" = "va\\lue"; Z = "1"; a = "2"; empty = ""; };
  structured = derivation { name = "structured"; system = "x86_64-linux"; builder = "/bin/sh"; __structuredAttrs = true; list = [ 1 "two" { three = 3.5; } ]; dependency = base; };
  onlyDev = derivation { name = "only-dev"; system = "x86_64-linux"; builder = "/bin/sh"; outputs = [ "dev" ]; };
  deepRefs = derivation { name = "deep-references"; system = "x86_64-linux"; builder = "/bin/sh"; drv = builtins.unsafeDiscardOutputDependency top.drvPath; all = "${top.drvPath}"; text = builtins.toFile "refers" "${builtins.toFile "note.txt" "some text"}"; };
in { inherit base flat flatOther sha1 recursive recursive512 md5 multiple top topOther escapes structured onlyDev deepRefs; }
