let
  d = derivation { name = "d"; system = "s"; builder = "b"; };
  s = "${d}/bin";
  names = x: builtins.attrNames (builtins.getContext x);
in
with builtins;
map names [ (substring 0 5 s) (substring 0 0 s) (unsafeDiscardStringContext s) (s + "x") (replaceStrings [ "bin" ] [ "lib" ] s) (concatStringsSep s [ "a" "b" ]) (toJSON { a = s; }) (baseNameOf s) (toString [ s ]) (head (match "(.*)/bin" s)) (elemAt (split "/b" s) 0) ]
