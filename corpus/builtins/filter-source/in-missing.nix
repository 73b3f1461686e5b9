builtins.filterSource (p: t: true) ./missing
