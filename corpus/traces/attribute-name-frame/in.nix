let
  attrs.puppy = { };
  key = 1;
in
attrs.puppy.${key}
