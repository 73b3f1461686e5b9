rec { a = b; b = c; c = 1; unused = throw "never"; result = [ a b c ]; }.result
