builtins.readDir ./data.txt
