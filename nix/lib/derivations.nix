# Derivations as values.
{ lib }:
let
  inherit (builtins) listToAttrs mapAttrs;
in
{
  inherit (builtins) addDrvOutputDependencies unsafeDiscardOutputDependency;

  # The attributes of a derivation, known before it is evaluated.
  lazyDerivation =
    {
      derivation,
      meta ? null,
      passthru ? { },
      outputs ? [ "out" ],
    }@arguments:
    let
      # Forced with the first attribute that needs it.
      checked =
        if derivation.type or null == "derivation" then derivation else throw "lazyDerivation: input must be a derivation.";
      outputOf = listToAttrs (
        map (name: {
          inherit name;
          value = checked.${name};
        }) outputs
      );
    in
    {
      type = "derivation";
      inherit outputs;
      inherit (checked)
        drvPath
        name
        outPath
        outputName
        system
        ;
    }
    // outputOf
    // (if arguments ? meta then { inherit meta; } else { inherit (checked) meta; })
    // (if arguments ? passthru then passthru else { });

  # Null does not reach a derivation as an attribute.
  optionalDrvAttr = condition: value: if condition then value else null;

  # A derivation that warns when its path is used.
  warnOnInstantiate =
    message: drv:
    let
      attributes = removeAttrs drv [
        "meta"
        "name"
        "type"
      ];
    in
    drv // mapAttrs (_: lib.trivial.warn message) attributes;
}
