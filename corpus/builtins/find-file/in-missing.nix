builtins.findFile [ { prefix = "p"; path = ./folder; } ] "p/other.txt"
