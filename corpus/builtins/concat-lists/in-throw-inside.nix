builtins.concatLists [ [ 1 ] (throw "e") ]
