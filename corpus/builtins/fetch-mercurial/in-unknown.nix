builtins.fetchMercurial { x = 1; }
