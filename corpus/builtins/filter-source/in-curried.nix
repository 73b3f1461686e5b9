builtins.filterSource (p: 1) ./.
