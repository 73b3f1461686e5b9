# Strings: interpolation, concatenation, replacement, splitting and matching.
let
  words = builtins.genList (n: "word${toString n}") 250000;
  text = builtins.concatStringsSep " " words;
  replaced = builtins.replaceStrings [ "word" "9" ] [ "term" "nine" ] text;
  pieces = builtins.filter builtins.isString (builtins.split " " replaced);
  matches = builtins.filter (word: builtins.match "term[0-8]+" word != null) pieces;
  joined = builtins.foldl' (acc: word: acc + builtins.stringLength "${word}-${word}") 0 matches;
in
[ (builtins.stringLength text) (builtins.length pieces) (builtins.length matches) joined (builtins.hashString "sha256" replaced) ]
