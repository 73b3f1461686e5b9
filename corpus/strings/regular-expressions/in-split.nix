with builtins; [ (split "/+" "a//b/c") (split "([0-9])" "a1b2c") (split "(a|(b))" "xaybz") (split "[[:space:]]+" " a  b ") (split "$" "abc") (split "é" "aébéc") (split "\n" "a\nb\n") ]
