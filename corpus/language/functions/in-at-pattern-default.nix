let f = args@{ a ? 1, ... }: args ? a; in [ (f { }) (f { a = 2; }) ]
