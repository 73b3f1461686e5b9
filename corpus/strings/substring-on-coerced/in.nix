with builtins; [ (substring 0 3 (toString 12345)) (substring 1 2 { outPath = "abcd"; }) (stringLength (toString ./.) > 0) (substring 0 1 "") ]
