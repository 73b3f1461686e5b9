builtins.readDir ./file.txt
