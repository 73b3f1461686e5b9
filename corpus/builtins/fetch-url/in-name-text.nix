builtins.fetchurl "https://h/a?b&c"
