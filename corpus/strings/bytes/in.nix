with builtins; [ (stringLength "é漢") (substring 0 2 "é漢") (hashString "sha256" "é") (replaceStrings [ "é" ] [ "e" ] "café") (toJSON "é漢\u") ("é" < "z") (sort lessThan [ "é" "z" "a" "Z" ]) ]
