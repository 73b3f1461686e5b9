with import ./set.nix; builtins.outputOf one 1
