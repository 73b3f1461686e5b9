let
  subject = throw "no subject";
in
[ (subject ? a.b) ]
