builtins.bitAnd [ ] 1
