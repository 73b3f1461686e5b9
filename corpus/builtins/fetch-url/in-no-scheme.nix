builtins.fetchurl "s"
