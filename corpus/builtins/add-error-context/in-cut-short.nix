# Where a trace is cut short, what the program itself added is there still.
let
  a = { value = b.value; };
  b = { value = c.value; };
  c = { value = builtins.addErrorContext "while doing the work" d.value; };
  d = { value = throw "no"; };
in
a.value
