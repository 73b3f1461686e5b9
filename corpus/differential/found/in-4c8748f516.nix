(map (args: (builtins.elemAt 1 3)) [ 1 ])
