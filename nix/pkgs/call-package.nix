# scope -> file or function -> arguments -> its value, with arguments that are not given taken from the scope. An open
# scope answers the formals without default that it does not know.
{ lib }:
let
  overridable =
    function: arguments:
    let
      result = function arguments;
      again =
        change:
        overridable function (arguments // (if builtins.isFunction change then change arguments else change));
    in
    if builtins.isAttrs result then
      result
      // {
        override = again;
        overrideDerivation = change: result.overrideAttrs change;
      }
    else
      result;
in
scope: target: given:
let
  function = if builtins.isFunction target || target ? __functor then target else import target;
  formals = if builtins.isFunction function then builtins.functionArgs function else { };
  automatic = builtins.concatMap (
    name:
    if given ? ${name} || (formals.${name} && !(scope ? ${name})) then
      [ ]
    else
      [
        {
          inherit name;
          value = scope.${name};
        }
      ]
  ) (builtins.attrNames formals);
in
overridable function (builtins.listToAttrs automatic // given)
