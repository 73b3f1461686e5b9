{ a.b.c = 1; a.b.d = 2; a.e = 3; "x y" = 4; ${"dyn" + "amic"} = 5; ${null} = 6; z = { }; }
