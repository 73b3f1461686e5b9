b: [ ./a /c ./a/b.c-d_e+f ./${"x"} ./a/${b}/c ./a${"b"}.nix ~/x ./.hidden ./a/../b ]
