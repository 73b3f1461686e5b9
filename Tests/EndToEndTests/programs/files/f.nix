{ x ? 3 }: {
  /** Adds two numbers. */
  add = a: b: a + b;
  y = x + 1;
  # no documentation
  plain = z: z;
  /** of a value, which has none */
  value = 5;
  "odd name" = 1;
}
