let r = builtins.tryEval { a = throw "deep"; }; in [ r.success (builtins.attrNames r.value) (builtins.tryEval r.value.a).success ]
