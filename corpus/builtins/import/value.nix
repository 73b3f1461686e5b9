{ imported = 1 + 1; }
