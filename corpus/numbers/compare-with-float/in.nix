[ (1 < 1.0) (1 <= 1.0) (builtins.lessThan 0.5 1) (builtins.sort builtins.lessThan [ 2 1.5 1 0.5 ]) ]
