with import ./set.nix; builtins.addDrvOutputDependencies two
