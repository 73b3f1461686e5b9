let n = "x"; in { ${n}.a = 1; ${n + "y"}.${n} = 2; a.${n}.b = 3; a."c d".e = 4; }
