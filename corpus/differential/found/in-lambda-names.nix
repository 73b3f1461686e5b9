rec { "a.b" = x: x; c = [ "a.b" { or = x: x; } ]; }
