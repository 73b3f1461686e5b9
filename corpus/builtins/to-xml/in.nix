builtins.toXML { a = 1; b = [ "x" true null 1.5 ]; c = { }; f = x: x; g = { a, b ? 1 }: a; p = /path; "odd <name>" = "<&>"; }
