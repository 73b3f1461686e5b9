with import ./set.nix; builtins.outputOf text.drvPath "out"
