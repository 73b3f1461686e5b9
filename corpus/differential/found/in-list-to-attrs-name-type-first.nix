builtins.listToAttrs [ { name = "b"; } { name = 1; } ]
