let n = "x"; in { ${n}.a = 1; ${n}.b = 2; }
