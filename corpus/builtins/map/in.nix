with builtins; [ (map (x: x + 1) [ 1 2 ]) (map (x: x) [ ]) (mapAttrs (n: v: "${n}=${toString v}") { a = 1; b = 2; }) (length (map (x: throw "lazy") [ 1 2 ])) ]
