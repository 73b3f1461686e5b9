let
  attrs = { a = { b = throw "no"; }; };
in
attrs.a.${if true then { } else ""}."x${"y"}"
