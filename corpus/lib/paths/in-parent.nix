with import ../../../nix/lib;
path.append /foo "../x"
