x: { got = x; }
