builtins.sort (a: b: if a + b == 31 then throw "${toString a} ${toString b}" else a < b) (builtins.genList (n: builtins.bitAnd (n * 13) 31) 32)
