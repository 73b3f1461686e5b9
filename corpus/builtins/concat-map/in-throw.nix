builtins.concatMap (x: throw "e") [ 1 ]
