[ ([ 1 ] ++ [ 2 3 ] ++ [ ]) (builtins.length [ (throw "lazy") 2 ]) ([ ] ++ [ ]) ]
