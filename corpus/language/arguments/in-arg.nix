{ a, b ? a + 1 }: { inherit a b; }
