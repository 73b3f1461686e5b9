let boom = throw "forced"; s = { a = boom; b = 1; } // { c = boom; } // { b = 2; }; in [ s.b (builtins.attrNames s) (s ? c) ]
