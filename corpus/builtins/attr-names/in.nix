with builtins; [ (attrNames { b = 1; a = 2; B = 3; "1" = 4; }) (attrValues { b = 1; a = 2; }) (hasAttr "a" { a = throw "lazy"; }) (hasAttr "x" { }) (getAttr "a" { a = 1; }) ]
