builtins.length (builtins.sort builtins.lessThan (builtins.genList (x: (x * 7919) - (x * 7919 / 10007) * 10007) 5000))
