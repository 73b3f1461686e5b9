builtins.map (n: (builtins.unsafeGetAttrPos n { z = 1; y = 2; a = 3; }).column) [ "a" "y" "z" ]
