map (pattern: map (builtins.match pattern) [ "" "a" "aa" "ab" "abab" "b" ]) [
  "a**" "a++" "a??" "a*+" "a+*" "a?*" "a*?" "a+?" "a?+" "(a)**" "(a)+*" "(ab)??" "(a|b)+?" "(ab)*+" "a**b" "(a+)*b*" "([ab]+)**"
]
