# Derivations that need each other, a text that refers to another, and a fixed output that can be added without building.
rec {
  make = name: attributes: derivation ({ inherit name; system = "x86_64-linux"; builder = "/bin/sh"; } // attributes);
  text = builtins.toFile "text" "x";
  quoting = builtins.toFile "quoting" "${text}";
  first = make "first" { inherit quoting; args = [ "-c" "it's" ]; };
  second = make "second" { inherit first text; outputs = [ "out" "dev" ]; };
  top = make "top-level" { inherit first second; quoted = "it's \"here\""; };
  fixed = make "hello.txt" { outputHashAlgo = "sha256"; outputHash = "00xyyr3fi8l6hb839bv3f7yb86yjv7xi1cgh1xnhipym4asvb4aq"; };
}
