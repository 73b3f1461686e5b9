(builtins.zipAttrsWith (name: values: throw name) [ { a = 1; } ]).a
