{ a = [ 1 2.5 null true "<&>\"" ]; f = { x, y ? 1, ... }: x; g = z: z; h = { p }@q: q; }
