[ (toString ./a) (./. + "/b") (./a/../b) (/a/b + /c) (builtins.typeOf ./x) (./${"sub"}/file) (/. + "x") (/a/./b/../c) ]
