let f = x: x; s = { inherit f; }; in [ (f == f) (s == s) ([ f ] == [ f ]) ({ inherit f; } == { inherit f; }) ]
