with builtins; [ (bitAnd (-1) 255) (bitOr (-8) 3) (bitXor (-1) 5) (bitAnd 9223372036854775807 1) ]
