builtins.replaceStrings [ "y" "x" ] [ (throw "not used") "z" ] "x"
