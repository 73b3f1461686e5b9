# Least fixed points of functions, and overlays on them.
{ lib }:
let
  inherit (lib.fixedPoints)
    composeExtensions
    extends
    makeExtensibleWithCustomName
    ;
in
{
  # The value that `function` returns when it is given that value.
  fix =
    function:
    let
      result = function result;
    in
    result;

  # As `fix`, and the function stays reachable as `__unfix__`.
  fix' =
    function:
    let
      result = function result // {
        __unfix__ = function;
      };
    in
    result;

  # Applies `function` until the result no longer changes.
  converge =
    function: value:
    let
      next = function value;
    in
    if next == value then value else lib.fixedPoints.converge function next;

  # An overlay laid over a function of the final set.
  extends =
    overlay: base: final:
    let
      previous = base final;
    in
    previous // overlay final previous;

  # Two overlays as one: the second sees what the first made.
  composeExtensions =
    first: second: final: previous:
    let
      changes = first final previous;
    in
    changes // second final (previous // changes);

  composeManyExtensions = lib.lists.foldr composeExtensions (_: _: { });

  makeExtensible = makeExtensibleWithCustomName "extend";

  makeExtensibleWithCustomName =
    name: base:
    lib.fixedPoints.fix' (
      final:
      base final
      // {
        ${name} = overlay: makeExtensibleWithCustomName name (extends overlay base);
      }
    );

  # An overlay from a set, a function of the previous set, or an overlay.
  toExtension =
    value:
    if lib.trivial.isFunction value then
      final: previous:
      let
        once = value previous;
      in
      if lib.trivial.isFunction once then value final previous else once
    else
      _: _: value;
}
