builtins.partition (x: true) [ (throw "e") ]
