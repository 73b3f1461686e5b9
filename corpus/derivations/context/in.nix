let
  d = derivation { name = "d"; system = "s"; builder = "b"; outputs = [ "out" "dev" ]; };
  f = builtins.toFile "f" "text";
in
with builtins;
[ (getContext "${d}") (getContext "${d.dev}") (getContext d.drvPath) (getContext "${f}") (getContext "plain") (hasContext "${d}") (hasContext "x") (getContext "${d} ${d.dev} ${f}") ]
