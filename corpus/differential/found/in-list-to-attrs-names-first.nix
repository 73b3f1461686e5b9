builtins.listToAttrs [ { name = "b"; } { name = "a"; value = 1; } { } ]
