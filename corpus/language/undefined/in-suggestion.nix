let something = 1; in { x = somethign; }
