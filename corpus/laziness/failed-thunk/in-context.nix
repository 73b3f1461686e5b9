let a = throw "x"; b = builtins.addErrorContext "first" a; c = builtins.addErrorContext "second" a; in builtins.seq (builtins.tryEval b) c
