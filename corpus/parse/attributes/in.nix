a: x: y: z: {
  a = 1;
  b.c.d = 2;
  "quoted name" = 3;
  "plain" = 4;
  ${"dynamic"} = 5;
  "${a}x" = 6;
  inherit x y;
  inherit (z) p "q r";
}
