builtins.findFile [ { prefix = "p"; path = ./folder; } { prefix = ""; path = ./.; } ] "p/file.txt"
