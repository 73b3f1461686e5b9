builtins.toJSON { a.b = [ true { "c d" = throw "x"; } ]; }
