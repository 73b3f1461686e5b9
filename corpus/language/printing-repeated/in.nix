let x = [ x ]; y = { inherit y; l = [ y ]; }; in [ x x y ]
