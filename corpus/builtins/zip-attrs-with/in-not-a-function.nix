builtins.zipAttrsWith (x: x) [ { a = 1; } ]
