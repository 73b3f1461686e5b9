builtins.throw { a = 1; }
