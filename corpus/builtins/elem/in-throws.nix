builtins.elem 1 [ (throw "x") ]
