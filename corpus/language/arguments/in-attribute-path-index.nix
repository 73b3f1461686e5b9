{ x = [ "zero" "one" ]; }
