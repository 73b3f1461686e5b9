builtins.groupBy (s: builtins.substring 0 1 s) [ "apple" "banana" "avocado" "cherry" "blueberry" ]
