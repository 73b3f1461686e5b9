with import ./set.nix; { ${two} = 1; }
