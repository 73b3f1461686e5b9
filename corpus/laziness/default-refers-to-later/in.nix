let f = { a ? b, b ? c, c ? 1 }: [ a b c ]; in [ (f { }) (f { c = 5; }) (f { b = 2; }) ]
