let outer = 10; in [ (rec { x = outer; outer = 5; }) (rec { x = y; y = 2; } // { y = 3; }) ]
