let x = builtins.trace "evaluated" (throw "x"); in [ (builtins.tryEval x) (builtins.tryEval x) ]
