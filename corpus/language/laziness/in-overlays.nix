let
  fix = f: let x = f x; in x;
  extends = overlay: f: final: let prev = f final; in prev // overlay final prev;
  base = final: { a = 1; b = final.a + 1; };
  one = final: prev: { a = prev.a + 10; };
  two = final: prev: { c = final.b * 2; b = prev.b + 100; };
in
fix (extends two (extends one base))
