let checked = assert true; 1; f = x: assert x > 0; x; in [ checked (f 1) ]
