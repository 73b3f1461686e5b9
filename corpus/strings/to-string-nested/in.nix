[ (toString [ [ ] [ 1 [ ] 2 ] "" ]) (toString [ true false null ]) (toString { __toString = self: "${self.a}b"; a = "x"; }) (toString { outPath = { outPath = "deep"; }; }) (toString ./a/../b) ]
