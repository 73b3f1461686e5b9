with builtins; [ (add 1 2) (sub 5 7) (mul 3 4) (div 7 2) (add 1.5 1) (lessThan 1 2) (bitAnd 12 10) (bitOr 12 10) (bitXor 12 10) (ceil 1.2) (floor (-1.2)) (ceil 3) (floor 2.0) ]
