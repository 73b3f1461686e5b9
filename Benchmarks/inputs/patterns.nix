# Functions of attribute sets with defaults.
let
  step = { count, sum ? 0, factor ? count + 1 }@state: if count == 0 then sum else step { count = count - 1; sum = sum + factor; };
in
builtins.foldl' (total: n: total + step { count = 400; sum = n; }) 0 (builtins.genList (n: n) 5000)
