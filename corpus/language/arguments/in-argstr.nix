{ a ? 1, b ? a + " more" }: { inherit a b; }
