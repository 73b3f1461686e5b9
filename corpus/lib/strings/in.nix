# Joining, splitting, tests, case.
let
  lib = import ../../../nix/lib;
in
with lib;
{
  joined = [ (concatLines [ "a" "b" ]) (concatMapStringsSep "," toUpper [ "a" "b" ]) (concatImapStringsSep "-" (i: x: "${toString i}${x}") [ "a" "b" ]) ];
  split = [ (splitString "." "foo.bar.baz") (splitString "/" "/usr/local") (splitString "," "") (splitString " " "a  b") ];
  splitBy = [
    (splitStringBy (before: here: elem here [ "." "-" ]) false "foo.bar-baz")
    (splitStringBy (before: here: here == ".") true ".a.b.")
  ];
  affixes = [ (removePrefix "foo." "foo.bar") (removePrefix "x" "foo") (removeSuffix ".nix" "a.nix") (removeSuffix "long one" "a") ];
  has = [ (hasPrefix "foo" "foobar") (hasSuffix "bar" "foobar") (hasSuffix "foobarx" "bar") (hasInfix "a.c" "abc") (hasInfix "" "x") ];
  case = [ (toUpper "abc") (toLower "ABC") (toSentenceCase "hELLO world") ] ++ map toCamelCase [ "hello-world" "HelloWorld" "Hello_World x" "-hello" ];
  trimmed = map trim [ "  a b \n" "" "  " "a\nb" ];
  width = [ (fixedWidthString 5 "0" "15") (fixedWidthNumber 3 7) ];
  numbers = map toInt [ "1337" " -4 " "0" ] ++ map toIntBase10 [ "0024" " 5 " "000" ];
  characters = stringToCharacters "abc";
  versions = [ (versionOlder "1.1" "1.2") (versionAtLeast "1.1" "1.1") (versions.majorMinor "1.2.3") (versions.pad 3 "1.3-rc1") ];
  distance = map (strings.levenshtein "foo") [ "foo" "book" "" "xyzzy" ];
  near = map (strings.levenshteinAtMost 2 "foo") [ "foo" "boo" "" "foooo" "fxoo1" "quux" ];
  names = map strings.sanitizeDerivationName [ "" "..foo" "foo bar" "a?b=c" (strings.replicate 250 "x") ];
}
