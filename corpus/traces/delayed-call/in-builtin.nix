builtins.foldl' (t: h: h + 1) null (map builtins.head [ [ ] ])
