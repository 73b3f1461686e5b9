<lib/none.nix>
