map (f: builtins.replaceStrings f [ "-" "b" ] "abc") [ [ "" "a" ] [ "a" "" ] [ "a" "ab" ] ]
