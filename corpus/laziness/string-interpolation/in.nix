let s = "a${throw "forced"}"; in [ (builtins.length [ s ]) ]
