builtins.toJSON { a.outPath = { __toString = self: 42; }; }
