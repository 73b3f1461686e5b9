# The type of an option that nobody declared: anything, merged as its shape suggests.
{ lib }:
let
  isSet = value: builtins.isAttrs value && !(value ? outPath) && !(value ? __functor) && !(value ? _type);
  freely = lib.mkOptionType {
    name = "freely";
    description = "anything";
    check = _: true;
    merge =
      location: definitions:
      let
        values = map (definition: definition.value) definitions;
      in
      if builtins.all isSet values then
        (lib.types.lazyAttrsOf freely).merge location definitions
      else if builtins.length values == 1 then
        builtins.head values
      else if builtins.all builtins.isList values then
        builtins.concatLists values
      else
        lib.mergeEqualOption location definitions;
    emptyValue.value = null;
  };
in
{
  inherit freely isSet;
  freeform = lib.types.lazyAttrsOf freely;
}
