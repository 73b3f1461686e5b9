(builtins.concatLists [ (builtins.elemAt 1 1) ])
