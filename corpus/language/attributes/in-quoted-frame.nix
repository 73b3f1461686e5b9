{ a = { "b c" = throw "x"; }; }.a."b c"
